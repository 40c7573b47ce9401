//! The checker refuses what it is there to refuse: by a small document that looks like the official
//! one, and by the official one itself where that is at hand.

use pbx_sim::Entry;

use super::document::Document;
use super::{DOCUMENTS, XAPI, check};

/// Written for these tests, in the form of 3CX's file.
const SMALL: &str = include_str!("small.yaml");

const REPORT: &str = "/xapi/v1/ReportCallLogData/Pbx.GetCallLogData(";
const PARAMETERS: [&str; 11] = [
    "periodFrom=2026-09-12T00:00:00Z",
    "periodTo=2026-09-13T00:00:00Z",
    "sourceType=0",
    "sourceFilter=''",
    "destinationType=0",
    "destinationFilter=''",
    "callsType=0",
    "callTimeFilterType=0",
    "callTimeFilterFrom='0:00:0'",
    "callTimeFilterTo=null",
    "hidePcalls=true",
];

fn request(line: &str, body: &str) -> Entry {
    let (method, target) = line.split_once(' ').expect("a method and a target");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Entry {
        sequence: 1,
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        content_type: "application/json".to_owned(),
        user_agent: String::new(),
        bearer: String::new(),
        body: body.to_owned(),
        status: None,
        fault: None,
        at_ms: 0,
        duration_ms: None,
    }
}

/// Judged by the small document, and by the official one, which must agree.
#[track_caller]
fn judged(line: &str, body: &str) -> Option<String> {
    let entry = request(line, body);
    let small = [Document::parse(SMALL, XAPI, "").expect("a document")];
    let small = check(&entry, &small).err();
    if DOCUMENTS.iter().any(|document| document.knows(XAPI)) {
        let official = check(&entry, &DOCUMENTS).err();
        assert_eq!(
            small.is_some(),
            official.is_some(),
            "{small:?} {official:?}"
        );
    }
    small
}

#[track_caller]
fn accepts(line: &str, body: &str) {
    assert_eq!(judged(line, body), None);
}

#[track_caller]
fn refuses(line: &str, body: &str, reason: &str) {
    let fault = judged(line, body).unwrap_or_else(|| panic!("{line} {body} was accepted"));
    assert!(fault.starts_with(line), "names no request: {fault}");
    assert!(fault.contains(reason), "{fault}");
}

/// The report with these parameters.
fn report(parameters: &[&str]) -> String {
    format!("GET {REPORT}{})?$top=500&$skip=0", parameters.join(","))
}

#[test]
fn what_the_product_asks_is_valid() {
    accepts(
        "GET /xapi/v1/Users?$select=Id,Number,CurrentProfileName&$filter=Number%20eq%20'O''B'\
         &$orderby=Number%20desc&$top=100&$skip=0&$count=true",
        "",
    );
    accepts("GET /xapi/v1/Users(201)?$select=Id", "");
    accepts("GET /xapi/v1/Users(Number='100')?$select=Id", "");
    accepts(&report(&PARAMETERS), "");
    accepts(
        "GET /xapi/v1/CallHistoryView?$filter=date(SegmentStartTime)%20ge%202026-09-12%20and%20\
         date(SegmentStartTime)%20le%202026-09-12",
        "",
    );
    accepts("PATCH /xapi/v1/Users(201)", r#"{"RecordCalls":true}"#);
    accepts(
        "PATCH /xapi/v1/Users(201)",
        r#"{"QueueStatus":null,"Number":"100"}"#,
    );
    accepts(
        "PATCH /xapi/v1/Users(201)",
        r#"{"QueueStatus":"LoggedOut"}"#,
    );
}

#[test]
fn users_are_never_read_whole() {
    let whole = "reads /Users without $select";
    refuses("GET /xapi/v1/Users", "", whole);
    refuses("GET /xapi/v1/Users?$top=1", "", whole);
    refuses("GET /xapi/v1/Users?$select=", "", whole);
    refuses("GET /xapi/v1/Users?$select=%2C,", "", whole);
    refuses("GET /xapi/v1/Users(201)", "", whole);
    refuses("GET /xapi/v1/Users(Number='100')?$expand=Groups", "", whole);
    refuses("GET /xapi/v1/users/?$top=1", "", whole);
    refuses("GET /xapi/v1/Users%28201%29", "", whole);
    refuses("GET /xapi/v1/Users?$select=*", "", "reads *");
    refuses(
        "GET /xapi/v1/Users?$select=Id,AuthPassword",
        "",
        "reads AuthPassword",
    );
}

#[test]
fn the_rules_of_the_house_need_no_document() {
    for (line, reason) in [
        ("GET /xapi/v1/Users", "without $select"),
        ("GET /xapi/v1/Groups?$top=101", "$top=101"),
        ("GET /xapi/v1/Groups?$top=-1", "$top=-1"),
        ("GET /xapi/v1/Groups?$apply=x", "$apply is no option"),
        ("GET /xapi/v1/Groups?select=Id", "select is no option"),
        ("GET /xapi/v1/Groups?$top=1&$top=2", "$top twice"),
    ] {
        let fault = check(&request(line, ""), &[]).expect_err("is refused");
        assert!(fault.contains(reason), "{fault}");
    }
    assert_eq!(
        check(&request("GET /xapi/v1/Nowhere?$top=100", ""), &[]),
        Ok(())
    );
}

#[test]
fn paths_and_methods() {
    refuses("GET /xapi/v1/Extensions", "", "no such path");
    refuses("GET /xapi/v1/groups", "", "no such path");
    refuses("GET /xapi/v1/Groups(1)/Pbx.Nothing()", "", "no such path");
    refuses("DELETE /xapi/v1/CallHistoryView", "", "no DELETE here");
    refuses("GET /xapi/v1/Users('100')?$select=Id", "", "Id: ");
    refuses(
        "GET /xapi/v1/Users(Number=100)?$select=Id",
        "",
        "not in quotes",
    );
    refuses(
        "GET /xapi/v1/Users(Name='100')?$select=Id",
        "",
        "(Name) instead of (",
    );
}

#[test]
fn parameters_of_a_function() {
    let mut missing = PARAMETERS.to_vec();
    missing.remove(6);
    refuses(&report(&missing), "", "instead of (periodFrom,periodTo,");
    let mut swapped = PARAMETERS;
    swapped.swap(2, 4);
    refuses(&report(&swapped), "", "instead of (periodFrom,periodTo,");
    let mut more = PARAMETERS.to_vec();
    more.push("clientTimeZone='UTC'");
    refuses(&report(&more), "", "instead of (periodFrom,periodTo,");
    for (place, text, name) in [
        (0, "periodFrom=2026-09-12", "periodFrom: "),
        (0, "periodFrom='2026-09-12T00:00:00Z'", "periodFrom: "),
        (1, "periodTo=2026-13-41T00:00:00Z", "periodTo: "),
        (2, "sourceType=none", "sourceType: "),
        (2, "sourceType=null", "sourceType: "),
        (2, "sourceType=3000000000", "sourceType: "),
        (3, "sourceFilter=100", "sourceFilter: "),
        (3, "sourceFilter='O'B'C'", "sourceFilter: "),
        (10, "hidePcalls='true'", "hidePcalls: "),
    ] {
        let mut parameters = PARAMETERS;
        parameters[place] = text;
        refuses(&report(&parameters), "", name);
    }
}

#[test]
fn query_options() {
    for (query, reason) in [
        ("$select=Id,Nomber", "no property 'Nomber'"),
        ("$select=id", "no property 'id'"),
        ("$select=Id,Id", "Id twice"),
        ("$select=Id&$top=101", "$top=101"),
        ("$select=Id&$skip=some", "$skip: "),
        ("$select=Id&$count=yes", "$count: "),
        ("$select=Id&$orderby=Nomber", "no property 'Nomber'"),
        ("$select=Id&$orderby=Number%20down", "down is no direction"),
        ("$select=Id&$expand=Number", "no navigation property"),
        (
            "$select=Id&$expand=Groups($select=Nomber)",
            "no property 'Nomber'",
        ),
        (
            "$select=Id&$filter=Nomber%20eq%20'100'",
            "no property 'Nomber'",
        ),
        ("$select=Id&$filter=Number%20eq%20100", "not in quotes"),
        ("$select=Id&$filter=PrimaryGroupId%20eq%20'1'", "$filter: "),
        ("$select=Id&$filter=Number%20is%20'100'", "is no condition"),
        ("$select=Id&$filter=(Number%20eq%20'100'", "instead of )"),
        ("$select=Id&$filter=Number%20eq%20'100", "not closed"),
        ("$select=Id&$filter=QueueStatus%20eq%20'Gone'", "$filter: "),
        (
            "$select=Id&$filter=date(Number)%20eq%202026-09-12",
            "date of something",
        ),
        ("$select=Id&$filter=fax(Number)", "'fax' is not known"),
    ] {
        refuses(&format!("GET /xapi/v1/Users?{query}"), "", reason);
    }
    refuses(
        "GET /xapi/v1/Users(201)?$select=Id&$top=1",
        "",
        "$top is no parameter of its query",
    );
    refuses(
        "GET /xapi/v1/CallHistoryView?$filter=date(SegmentStartTime)%20ge%20'2026-09-12'",
        "",
        "$filter: ",
    );
    accepts(
        "GET /xapi/v1/Users?$select=Id&$expand=Groups($select=GroupId)",
        "",
    );
    accepts(
        "GET /xapi/v1/Users?$select=Id&$filter=not%20(IsRegistered%20or%20contains(Number,'1,('))",
        "",
    );
}

#[test]
fn bodies() {
    for (body, reason) in [
        (r#"{"RecordCall":true}"#, "RecordCall"),
        (r#"{"RecordCalls":"yes"}"#, "RecordCalls"),
        (r#"{"QueueStatus":"Gone"}"#, "QueueStatus"),
        (r#"{"Groups":[{"GroupId":1,"Colour":"red"}]}"#, "Colour"),
        (r#"{"Id":null}"#, "Id"),
        ("[]", "the body: "),
        ("{", "the body: "),
        ("", "no body"),
    ] {
        refuses("PATCH /xapi/v1/Users(201)", body, reason);
    }
    refuses(
        "GET /xapi/v1/Users?$select=Id",
        "{}",
        "a body where the document has none",
    );
    let mut form = request("PATCH /xapi/v1/Users(201)", "RecordCalls=true");
    form.content_type = "application/x-www-form-urlencoded".to_owned();
    let small = [Document::parse(SMALL, XAPI, "").expect("a document")];
    let fault = check(&form, &small).expect_err("is refused");
    assert!(fault.contains("x-www-form-urlencoded"), "{fault}");
}

#[test]
fn call_control_where_its_description_is_at_hand() {
    if !DOCUMENTS
        .iter()
        .any(|document| document.knows("/callcontrol"))
    {
        return;
    }
    for (line, body, reason) in [
        ("POST /callcontrol/100/participants/1/drop", "{}", None),
        (
            "POST /callcontrol/100/devices/sip%3A1%40a%2Fb/makecall",
            r#"{"destination":"101"}"#,
            None,
        ),
        ("GET /callcontrol", "", None),
        (
            "POST /callcontrol/100/participants/1/hold",
            "{}",
            Some("action: "),
        ),
        (
            "POST /callcontrol/100/participants/one/drop",
            "{}",
            Some("id: "),
        ),
        (
            "POST /callcontrol/100/makecall",
            r#"{"destination":101}"#,
            Some("destination"),
        ),
        (
            "POST /callcontrol/100/makecall",
            r#"{"number":"101"}"#,
            Some("number"),
        ),
        ("POST /callcontrol/100/makecall", "", Some("no body")),
        ("GET /callcontrol/100/calls", "", Some("no such path")),
        (
            "GET /callcontrol/100?$select=dn",
            "",
            Some("$select is no parameter"),
        ),
    ] {
        let fault = check(&request(line, body), &DOCUMENTS).err();
        match (reason, &fault) {
            (None, None) => {}
            (Some(reason), Some(fault)) => assert!(fault.contains(reason), "{fault}"),
            _ => panic!("{line} {body}: {fault:?}"),
        }
    }
}
