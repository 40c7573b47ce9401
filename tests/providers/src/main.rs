//! `provider-sim`: the stand-ins as a program. The first line on stdout names them:
//! `{"anthropic":"http://127.0.0.1:PORT","openai":"http://127.0.0.1:PORT/v1","anthropic_key":"…","openai_key":"…"}`.

use provider_sim::{ANTHROPIC_KEY, OPENAI_KEY, Providers};
use serde_json::json;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let providers = Providers::start().await?;
    let names = json!({
        "anthropic": providers.anthropic_base_url(), "openai": providers.openai_base_url(),
        "anthropic_key": ANTHROPIC_KEY, "openai_key": OPENAI_KEY,
    });
    println!("{names}");
    // Whoever started it ends it.
    std::future::pending::<()>().await;
    Ok(())
}
