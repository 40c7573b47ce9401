//! The Call Control API: live state of DNs, placing calls, acting on legs.

use std::time::Duration;

use super::action::{ActionRequest, Performed};
use super::client::{Pbx, read_outcome};
use super::error::PbxError;
use super::odata::encode;
use super::types::{Device, DnInfo, Participant};

/// For an action that ends at once, such as `drop`.
const ACTION_TIMEOUT: Duration = Duration::from_secs(15);
/// For `makecall` where no ring time is given: 3CX answers when the call is set up, or at the
/// latest when the source phone has not been picked up.
const MAKE_CALL_TIMEOUT: Duration = Duration::from_secs(35);
/// Beyond the ring time that was asked for.
const MAKE_CALL_MARGIN: Duration = Duration::from_secs(5);

/// A transfer without a ring time: the destination may ring as long as the PBX lets it.
const FORWARD_TIMEOUT: Duration = Duration::from_mins(1);
/// Beyond the ring time that was asked for.
const FORWARD_MARGIN: Duration = Duration::from_secs(10);

/// How a leg is moved; which one fits depends on its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forwarding {
    /// A connected leg is replaced; the other party waits on hold meanwhile and comes back if it
    /// fails (`transferto`).
    Transfer,
    /// A ringing leg is replaced (`divert`).
    Divert,
    /// The leg stays until the destination answers, and is left alone if nobody does (`routeto`).
    Route,
}

impl Forwarding {
    /// The action's name on the wire.
    pub fn action(self) -> &'static str {
        match self {
            Self::Transfer => "transferto",
            Self::Divert => "divert",
            Self::Route => "routeto",
        }
    }
}

fn participant_action(dn: &str, id: i64, action: &str) -> String {
    format!("/callcontrol/{}/participants/{id}/{action}", encode(dn))
}

impl Pbx<'_> {
    /// State of every DN that this client may see (`GET /callcontrol`).
    pub async fn dns(&self) -> Result<Vec<DnInfo>, PbxError> {
        self.read("/callcontrol".to_owned()).await
    }

    /// Registered devices of a DN.
    pub async fn devices(&self, dn: &str) -> Result<Vec<Device>, PbxError> {
        self.read(format!("/callcontrol/{}/devices", encode(dn)))
            .await
    }

    /// Call legs of a DN.
    pub async fn participants(&self, dn: &str) -> Result<Vec<Participant>, PbxError> {
        self.read(format!("/callcontrol/{}/participants", encode(dn)))
            .await
    }

    /// One leg; [`PbxError::NotFound`] means that it is over.
    pub async fn participant(&self, dn: &str, id: i64) -> Result<Participant, PbxError> {
        self.read(format!("/callcontrol/{}/participants/{id}", encode(dn)))
            .await
    }

    /// Places a call from a device, or from the DN as a whole, which then rings first.
    pub async fn make_call(
        &self,
        dn: &str,
        device_id: Option<&str>,
        request: &ActionRequest,
    ) -> Result<Performed, PbxError> {
        let path = match device_id {
            Some(device) => format!(
                "/callcontrol/{}/devices/{}/makecall",
                encode(dn),
                encode(device)
            ),
            None => format!("/callcontrol/{}/makecall", encode(dn)),
        };
        let timeout = request.timeout.map_or(MAKE_CALL_TIMEOUT, |seconds| {
            Duration::from_secs(seconds.into()).saturating_add(MAKE_CALL_MARGIN)
        });
        self.perform(path, request, timeout).await
    }

    /// Ends or rejects a leg.
    pub async fn drop_participant(&self, dn: &str, id: i64) -> Result<Performed, PbxError> {
        self.perform(
            participant_action(dn, id, "drop"),
            &ActionRequest::default(),
            ACTION_TIMEOUT,
        )
        .await
    }

    /// Answers a ringing leg: only where the device is under direct control (uaCSTA), or on a route
    /// point; 422 otherwise.
    pub async fn answer(&self, dn: &str, id: i64) -> Result<Performed, PbxError> {
        self.perform(
            participant_action(dn, id, "answer"),
            &ActionRequest::default(),
            ACTION_TIMEOUT,
        )
        .await
    }

    /// Moves a leg to another destination. `timeout` is how long the destination may ring, in
    /// seconds: the PBX answers only after delivery or failure.
    pub async fn forward(
        &self,
        dn: &str,
        id: i64,
        way: Forwarding,
        destination: &str,
        timeout: Option<u32>,
    ) -> Result<Performed, PbxError> {
        let request = ActionRequest {
            destination: Some(destination.to_owned()),
            timeout,
        };
        let limit = timeout.map_or(FORWARD_TIMEOUT, |seconds| {
            Duration::from_secs(seconds.into()).saturating_add(FORWARD_MARGIN)
        });
        self.perform(participant_action(dn, id, way.action()), &request, limit)
            .await
    }

    async fn perform(
        &self,
        path: String,
        request: &ActionRequest,
        timeout: Duration,
    ) -> Result<Performed, PbxError> {
        let body = serde_json::to_vec(request).map_err(|error| {
            PbxError::NotConfigured(format!("cannot write the request: {error}"))
        })?;
        read_outcome(&self.act(path, body, timeout).await?)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use futures::executor::block_on;
    use futures::future::{FutureExt, LocalBoxFuture, ready};

    use super::*;
    use crate::pbx::{
        Body, HttpRequest, HttpResponse, SignInError, Token, TokenSource, Transport, TransportError,
    };

    /// A PBX that says yes to everything and keeps what it was asked.
    #[derive(Default)]
    struct Yes(RefCell<Vec<HttpRequest>>);

    impl Transport for Yes {
        fn send(
            &self,
            request: HttpRequest,
        ) -> LocalBoxFuture<'_, Result<HttpResponse, TransportError>> {
            self.0.borrow_mut().push(request);
            ready(Ok(HttpResponse {
                status: 200,
                body: br#"{"finalstatus":"Success"}"#.to_vec(),
                date: None,
            }))
            .boxed_local()
        }
    }

    impl TokenSource for Yes {
        fn token(&self) -> LocalBoxFuture<'_, Result<Token, SignInError>> {
            ready(Ok(Token::lasting())).boxed_local()
        }

        fn replace<'a>(&'a self, _: &'a Token) -> LocalBoxFuture<'a, Result<Token, SignInError>> {
            self.token()
        }

        fn client(&self) -> &'static str {
            "client"
        }
    }

    /// The PBX answers a transfer when the ringing ends, and a call at the latest when it does:
    /// whoever hangs up on it earlier does not know what became of the call.
    #[test]
    fn nobody_stops_waiting_before_the_ringing_is_over() {
        let yes = Yes::default();
        let pbx = Pbx::new(&yes, &yes);
        for seconds in [5, 40, 60, 90, 120] {
            let request = ActionRequest {
                destination: Some("104".to_owned()),
                timeout: Some(seconds),
            };
            for device in [None, Some("sip:100@127.0.0.1")] {
                block_on(pbx.make_call("100", device, &request)).unwrap();
            }
            for way in [Forwarding::Transfer, Forwarding::Divert, Forwarding::Route] {
                block_on(pbx.forward("100", 7, way, "104", Some(seconds))).unwrap();
            }
            for request in yes.0.take() {
                let Some(Body::Json(body)) = request.body else {
                    panic!("{} without a body", request.path)
                };
                let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
                assert_eq!(body["timeout"], seconds, "{}", request.path);
                let rings = Duration::from_secs(seconds.into());
                assert!(request.timeout > rings, "{}", request.path);
            }
        }
    }
}
