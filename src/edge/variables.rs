//! Variables and secrets of the Worker as the settings read them.

use worker::Env;

use crate::settings::Variables;

/// The environment of a request or an object.
pub(super) struct EnvVariables<'a>(pub(super) &'a Env);

impl Variables for EnvVariables<'_> {
    fn get(&self, name: &str) -> Option<String> {
        // Secrets and plain variables are the same kind of binding.
        self.0.var(name).ok().map(|value| value.to_string())
    }
}
