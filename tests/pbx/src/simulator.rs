//! A running PBX: the listener, its routes, and its end.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{any, get, post};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::control::{self, Control};
use crate::settings::Settings;
use crate::shared::Shared;
use crate::sign_in::{token, web_client};
use crate::{call_control, connection, my_phone, sms, xapi};

/// A PBX on 127.0.0.1. Dropping it stops it and closes its connections.
pub struct Simulator {
    address: SocketAddr,
    control: Control,
    /// The accept loop; it owns the connections, so aborting it ends them too.
    listening: JoinHandle<()>,
}

impl Simulator {
    /// Listens and serves in the background of the present tokio runtime.
    pub async fn start(settings: Settings) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port)).await?;
        let address = listener.local_addr()?;
        let shared = Shared::new(settings);
        let control = Control::new(shared.clone());
        let listening = tokio::spawn(accept(listener, shared));
        Ok(Self {
            address,
            control,
            listening,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything a test can do from behind.
    pub fn control(&self) -> &Control {
        &self.control
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // Sockets were handed over to tasks of their own when they were upgraded.
        self.control.close_sockets();
        self.listening.abort();
    }
}

async fn accept(listener: TcpListener, shared: Shared) {
    let router = router(shared.clone());
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (shared, router) = (shared.clone(), router.clone());
        connections.spawn(async move {
            let service =
                service_fn(|request| connection::answer(shared.clone(), router.clone(), request));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // An error here is a client that left, or a fault doing its work.
            let _ = connection.with_upgrades().await;
        });
        while connections.try_join_next().is_some() {}
    }
}

fn router(shared: Shared) -> Router {
    Router::new()
        .route("/connect/token", post(token::post))
        .route(
            "/webclient/api/Login/GetAccessToken",
            post(web_client::login),
        )
        .route("/webclient/api/Logout", post(web_client::logout))
        .route("/webclient/api/MyPhone/session", post(my_phone::session))
        .route("/MyPhone/MPWebService.asmx", post(my_phone::service))
        .route("/sms/generic/{id}", post(sms::webhook))
        .route("/callcontrol/ws", get(call_control::socket::connect))
        .route("/callcontrol", any(call_control::handle))
        .route("/callcontrol/{*rest}", any(call_control::handle))
        .route("/xapi/v1/{*rest}", any(xapi::handle))
        .merge(control::http::routes())
        .fallback(async || StatusCode::NOT_FOUND)
        .with_state(shared)
}
