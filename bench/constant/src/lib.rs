//! Workers that answer a constant. They do what any Rust Worker has to do for one answer and nothing
//! more, so they show what the platform itself costs.
//!
//! | path | what |
//! |---|---|
//! | `/object` | reads the body and passes it on to a Durable Object, whose constant it answers |
//! | any other | reads the body and answers a constant |
//!
//! How many bytes: the variables `BYTES` and `OBJECT_BYTES`.

use std::cell::RefCell;

use worker::{
    Context, DurableObject, Env, Method, Request, RequestInit, Response, Result, State,
    durable_object, event, js_sys,
};

thread_local! {
    static CONSTANT: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Every HTTP request.
#[event(fetch)]
async fn fetch(mut request: Request, env: Env, _context: Context) -> Result<Response> {
    let is_forwarded = request.inner().url().ends_with("/object");
    let body = request.bytes().await?;
    if is_forwarded {
        return json(forward(&body, &env).await?);
    }
    let constant = CONSTANT
        .with_borrow_mut(|constant| constant.get_or_insert_with(|| text(&env, "BYTES")).clone());
    json(constant)
}

async fn forward(body: &[u8], env: &Env) -> Result<Vec<u8>> {
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_body(Some(js_sys::Uint8Array::from(body).into()));
    let request = Request::new_with_init("https://object/", &init)?;
    let stub = env.durable_object("OBJECT")?.get_by_name("constant")?;
    stub.fetch_with_request(request).await?.bytes().await
}

/// The object that answers a constant.
#[durable_object]
pub struct Constant(Vec<u8>);

impl DurableObject for Constant {
    fn new(_state: State, env: Env) -> Self {
        Self(text(&env, "OBJECT_BYTES"))
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        request.bytes().await?;
        Response::from_bytes(self.0.clone())
    }
}

fn json(body: Vec<u8>) -> Result<Response> {
    let mut response = Response::from_bytes(body)?;
    response
        .headers_mut()
        .set("content-type", "application/json")?;
    Ok(response)
}

/// A JSON text of as many bytes as the variable says.
fn text(env: &Env, variable: &str) -> Vec<u8> {
    let bytes = env.var(variable).ok();
    let bytes = bytes.and_then(|bytes| bytes.to_string().parse::<usize>().ok());
    let mut text = vec![b' '; bytes.unwrap_or(2).max(2)];
    text[0] = b'"';
    if let Some(last) = text.last_mut() {
        *last = b'"';
    }
    text
}
