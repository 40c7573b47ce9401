//! Who may call, and from which web pages.

use super::{SettingError, Variables};
use crate::auth::oauth::Site;
use crate::auth::{AuthSettings, OriginRules};

/// The door.
#[derive(Debug, Clone)]
pub struct Access {
    /// `MCP_API_KEYS`, `MCP_AUTH`.
    pub auth: AuthSettings,
    /// `MCP_ALLOWED_ORIGINS`.
    pub origins: OriginRules,
    /// `MCP_PUBLIC_URL`: the URL that users see, without a slash at the end.
    pub public_url: Option<String>,
}

impl Access {
    /// Reads the variables of the door.
    pub fn read(variables: &dyn Variables) -> Result<Self, SettingError> {
        let auth = AuthSettings::from_settings(
            variables.filled("MCP_API_KEYS").as_deref(),
            variables.filled("MCP_AUTH").as_deref(),
        )
        .map_err(|problem| {
            let variable = problem.variable();
            let text = problem.to_string();
            // SettingError names the variable itself.
            let text = text
                .strip_prefix(variable)
                .unwrap_or(&text)
                .trim_start()
                .to_owned();
            SettingError::new(variable, text)
        })?;
        let origins = OriginRules::from_setting(variables.filled("MCP_ALLOWED_ORIGINS").as_deref())
            .map_err(|problem| SettingError::new("MCP_ALLOWED_ORIGINS", problem.to_string()))?;
        let public_url = variables
            .filled("MCP_PUBLIC_URL")
            .map(|url| url.trim_end_matches('/').to_owned());
        if public_url
            .as_deref()
            .is_some_and(|url| Site::new(Some(url), url).is_none())
        {
            return Err(SettingError::new(
                "MCP_PUBLIC_URL",
                "must be the address without a path, such as https://phone.example.com",
            ));
        }
        Ok(Self {
            auth,
            origins,
            public_url,
        })
    }
}
