//! What an administrator set about MasterLinc's words: whose calls it is asked about, what is done without
//! it, and where its agents can be reached.

use super::Wish;
use crate::auth::ExtensionSet;

/// See the head of this file.
#[derive(Debug, Clone)]
pub struct Routing {
    /// `MASTERLINC_DEFAULT_ACTION`: what is done without MasterLinc.
    pub default: Wish,
    /// `MASTERLINC_VOICEMAIL`: a number that takes messages; `{extension}` stands for the one called.
    pub voicemail: Option<String>,
    /// `LINC_AGENTS`: each agent, in lower case, and where it can be reached.
    pub agents: Vec<(String, String)>,
    /// `MASTERLINC_DNS`: whose calls it is asked about.
    pub dns: Option<ExtensionSet>,
    /// `PBX_DEFAULT_EXTENSION`: whose calls it is asked about where the former says nothing.
    pub home: Option<String>,
    /// `BASMA_DN`: the route point that Basma answers; its calls are asked about, too.
    pub basma: Option<String>,
}

impl Routing {
    /// Whether MasterLinc is asked about calls that reach `dn`.
    pub fn is_about(&self, dn: &str) -> bool {
        let is_listed = match &self.dns {
            Some(set) => set.contains(dn),
            None => self.home.as_deref() == Some(dn),
        };
        is_listed || self.basma.as_deref() == Some(dn)
    }

    /// Whether there is any telephone to ask about.
    pub fn is_about_any(&self) -> bool {
        self.dns.is_some() || self.home.is_some() || self.basma.is_some()
    }

    /// Where an agent can be reached.
    pub fn reach(&self, agent: &str) -> Option<&str> {
        let agent = agent.to_ascii_lowercase();
        let mut known = self.agents.iter().filter(|(name, _)| *name == agent);
        known.next().map(|(_, destination)| destination.as_str())
    }
}
