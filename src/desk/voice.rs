//! What Basma does with a call, by the rules of everybody: who is free, and where the call goes.
//!
//! A destination that a caller names passes the numbers' rules and the gate like any other. The fallback that
//! an administrator set is always open: it is the way to a person, and on record like the rest.
//!
//! Not here: what she says about it (`basma`), what others do with her calls (`voice_calls`).

use super::{
    Act, Code, Desk, Directory, ToolError, all_users, departments, on_record, permitted,
    presence_of,
};
use crate::pbx::{Forwarding, PbxError, User};
use crate::policy::ExtensionNumber;

/// How long a destination may ring, in seconds.
const RING: u32 = 25;
/// As many people are named to the mind.
const MOST_PEOPLE: usize = 60;

/// What became of a call that was to be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// Somebody has it.
    There,
    /// The caller left meanwhile.
    Gone,
}

/// A leg of ours.
#[derive(Debug, Clone, Copy)]
pub struct OurLeg<'a> {
    /// The route point.
    pub dn: &'a str,
    /// Of the participant.
    pub id: i64,
}

/// People and departments in words, for the mind.
pub async fn who_is_free(desk: &Desk<'_>) -> Result<String, ToolError> {
    let (users, _) = all_users(desk).await?;
    let directory = Directory::or_without(departments(desk).await);
    let lines: Vec<String> = users
        .iter()
        .take(MOST_PEOPLE)
        .map(|user| {
            let state = if is_free(user) {
                "free"
            } else {
                "not available"
            };
            let department = directory.department(user.primary_group_id);
            format!(
                "{} (extension {}, {department}): {state}",
                user.name(),
                user.number
            )
        })
        .collect();
    Ok(lines.join("\n"))
}

/// Moves the call to where the mind said, or to the fallback.
pub async fn move_call(
    desk: &Desk<'_>,
    leg: OurLeg<'_>,
    named: Option<&str>,
    fallback: &ExtensionNumber,
) -> Result<Moved, ToolError> {
    let number = match named {
        None => fallback.to_string(),
        Some(name) => find(desk, name).await?,
    };
    if number == fallback.as_str() {
        on_record(desk).await?;
    } else {
        let destination = desk.dialing()?.admit(&number)?;
        let would = format!("transfer the call of {} to {destination}", leg.dn);
        permitted(desk, Act::Transfer(&destination), fallback, &would).await?;
    }
    let pbx = desk.pbx()?;
    let outcome = pbx
        .forward(leg.dn, leg.id, Forwarding::Route, &number, Some(RING))
        .await;
    match outcome {
        Ok(performed) => match performed.failure() {
            None => Ok(Moved::There),
            Some(reason) => Err(ToolError::new(Code::PbxRejected, reason)),
        },
        Err(error) if error.is_not_found() => Ok(Moved::Gone),
        // It may have gone through: then our leg was replaced.
        Err(PbxError::OutcomeUnknown(doubt)) => match pbx.participant(leg.dn, leg.id).await {
            Err(error) if error.is_not_found() => Ok(Moved::There),
            _ => Err(ToolError::new(Code::OutcomeUnknown, doubt)),
        },
        Err(error) => Err(error.into()),
    }
}

/// The number that a caller means: digits, a person's name, or a department with somebody who is free.
async fn find(desk: &Desk<'_>, name: &str) -> Result<String, ToolError> {
    let name = name.trim();
    if !name.chars().any(char::is_alphabetic) {
        return Ok(name.to_owned());
    }
    let (users, _) = all_users(desk).await?;
    let wanted = name.to_lowercase();
    let by_name = |is: &dyn Fn(&str) -> bool| -> Vec<&User> {
        let matching = users.iter().filter(|user| is(&user.name().to_lowercase()));
        matching.collect()
    };
    let mut found = by_name(&|known| known == wanted);
    if found.is_empty() {
        found = by_name(&|known| known.contains(&wanted));
    }
    if found.is_empty() {
        let directory = Directory::or_without(departments(desk).await);
        let id = directory.find(name)?;
        let members = users.iter().filter(|user| user.primary_group_id == id);
        return members
            .filter(|user| is_free(user))
            .map(|user| user.number.clone())
            .next()
            .ok_or_else(|| ToolError::new(Code::NotFound, "nobody there is free"));
    }
    match found.as_slice() {
        [one] => Ok(one.number.clone()),
        several => {
            let names: Vec<String> = several.iter().map(|user| user.name()).collect();
            let message = format!("several people are called so: {}", names.join(", "));
            Err(ToolError::new(Code::InvalidArgument, message))
        }
    }
}

fn is_free(user: &User) -> bool {
    presence_of(user, &[]).status == "Available"
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::desk::testing::World;
    use crate::pbx::Body;

    const USERS: &str = r#"{"value":[
        {"Number":"104","FirstName":"Sara","LastName":"Ali","IsRegistered":true,"CurrentProfileName":"Away","PrimaryGroupId":7},
        {"Number":"105","FirstName":"Omar","LastName":"Ali","IsRegistered":true,"CurrentProfileName":"Available","PrimaryGroupId":7}]}"#;
    const GROUPS: &str = r#"{"value":[{"Id":7,"Name":"Sales"}]}"#;

    fn moved(named: Option<&str>, settings: &[(&str, &str)]) -> (Result<Moved, Code>, Vec<String>) {
        let world = World::new(
            |request, _| {
                let answers = [("/Users", USERS), ("/Groups", GROUPS)];
                let known = answers.iter().find(|(path, _)| request.path.contains(path));
                World::says(200, known.map_or(r#"{"finalstatus":"Success"}"#, |it| it.1))
            },
            settings,
        );
        let fallback = ExtensionNumber::parse("100").unwrap();
        let leg = OurLeg { dn: "900", id: 7 };
        let outcome = block_on(move_call(&world.desk(), leg, named, &fallback));
        let requests = world.requests.borrow();
        let routes = requests.iter().filter_map(|it| match &it.body {
            Some(Body::Json(body)) => {
                Some(format!("{} {}", it.path, String::from_utf8_lossy(body)))
            }
            _ => None,
        });
        (outcome.map_err(|error| error.code), routes.collect())
    }

    fn destination(named: Option<&str>) -> String {
        let (outcome, asked) = moved(named, &[]);
        assert_eq!(outcome, Ok(Moved::There), "{named:?}");
        assert!(
            asked[0].starts_with("/callcontrol/900/participants/7/routeto "),
            "{asked:?}"
        );
        asked[0].clone()
    }

    #[test]
    fn people_departments_and_numbers() {
        for (named, number) in [
            (None, "100"),
            (Some("104"), "104"),
            (Some("Sara Ali"), "104"),
            (Some("sara"), "104"),
            // Whoever is free there.
            (Some("sales"), "105"),
        ] {
            let asked = destination(named);
            assert!(
                asked.contains(&format!("\"destination\":\"{number}\"")),
                "{asked}"
            );
        }
        assert_eq!(moved(Some("Ali"), &[]).0, Err(Code::InvalidArgument));
        assert_eq!(moved(Some("Nobody"), &[]).0, Err(Code::NotFound));
    }

    #[test]
    fn what_a_caller_names_passes_the_rules_of_everybody() {
        // N16: numbers that nobody may dial, and what takes a yes that nobody can give here.
        for number in ["997", "+966925123456", "*21*0500000000#"] {
            let (outcome, asked) = moved(Some(number), &[]);
            assert!(outcome.is_err() && asked.is_empty(), "{number}: {asked:?}");
        }
        let never = [("DIAL_ALLOW", "")];
        assert!(moved(Some("0500000000"), &never).0.is_err());
        // The fallback is the administrator's own.
        assert_eq!(moved(None, &[("CONFIRM", "always")]).0, Ok(Moved::There));
    }
}
