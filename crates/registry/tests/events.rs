//! The forms of events, by the examples of those who define them.

use plimsoll_registry::{
    Action, Decoded, EventError, EventLimits, Format, SkippedReason, decode, from_rfc3339,
};

fn decoded(body: &str) -> Decoded {
    decode(body.as_bytes(), &EventLimits::default()).expect("a known form")
}

/// "Work with notifications", of the distribution registry's documentation.
const DISTRIBUTION: &str = r#"{"events":[{"id":"320678d8-ca14-430f-8bb6-4ca139cd83f7",
"timestamp":"2016-03-09T14:44:26.402973972-08:00","action":"pull","target":{
"mediaType":"application/vnd.docker.distribution.manifest.v2+json",
"digest":"sha256:fea8895f450959fa676bcc1df0611ea93823a735a01205fd8622846041d0c7cf","size":708,"length":708,
"repository":"hello-world","url":"http://192.168.100.227:5000/v2/hello-world/manifests/sha256:fea8895f450959fa676bcc1df0611ea93823a735a01205fd8622846041d0c7cf",
"tag":"latest"},"request":{"id":"6df24a34-0959-4923-81ca-14f09767db19","addr":"192.168.64.11:42961",
"host":"192.168.100.227:5000","method":"GET","useragent":"curl/7.38.0"},"actor":{},
"source":{"addr":"xtal.local:5000","instanceID":"a53db899-3b4b-4a62-a067-8dd013beaca4"}}]}"#;

#[test]
fn a_notification_of_the_distribution_registry() {
    let Decoded { events, skipped, .. } = decoded(DISTRIBUTION);
    assert_eq!(skipped, []);
    let event = &events[0];
    assert_eq!((event.format, event.action), (Format::Distribution, Action::Pull));
    assert_eq!((event.repository.as_str(), event.tag.as_deref()), ("hello-world", Some("latest")));
    assert_eq!(event.registry.as_deref(), Some("192.168.100.227:5000"));
    assert_eq!(event.digest.as_ref().unwrap().short(), "fea8895f4509");
    assert_eq!(event.time, from_rfc3339("2016-03-09T22:44:26.402Z"));
    assert_eq!((event.user_agent.as_deref(), event.actor.as_deref()), (Some("curl/7.38.0"), None));
    assert_eq!((event.method.as_deref(), events.len()), (Some("GET"), 1));
    assert_eq!(decoded(DISTRIBUTION).events[0].key(), event.key(), "a replay has the same key");
}

#[test]
fn events_of_layers_are_passed_over_and_bad_ones_take_nothing_from_the_others() {
    let hex = "a".repeat(64);
    let manifest = "application/vnd.oci.image.index.v1+json";
    let event = |action: &str, target: &str| format!(r#"{{"action":"{action}","target":{{{target}}}}}"#);
    let all = [
        event(
            "push",
            &format!(
                r#""mediaType":"application/vnd.docker.container.image.rootfs.diff+x-gtar","digest":"sha256:{hex}","repository":"a""#
            ),
        ),
        event(
            "push",
            &format!(r#""mediaType":"application/octet-stream","digest":"sha256:{hex}","repository":"a""#),
        ),
        event(
            "mount",
            &format!(
                r#""mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:{hex}","repository":"a","fromRepository":"b""#
            ),
        ),
        event(
            "push",
            &format!(r#""mediaType":"{manifest}","digest":"sha256:{}","repository":"a""#, "A".repeat(64)),
        ),
        event("push", &format!(r#""mediaType":"{manifest}","digest":"sha256:{hex}","repository":"../a""#)),
        event(
            "push",
            &format!(r#""mediaType":"{manifest}","digest":"sha256:{hex}","repository":"a","tag":"a b""#),
        ),
        event("push", &format!(r#""mediaType":"{manifest}","repository":"a""#)),
        event("fetch", &format!(r#""mediaType":"{manifest}","digest":"sha256:{hex}","repository":"a""#)),
        "7".into(),
        event(
            "push",
            &format!(r#""mediaType":"{manifest}","digest":"sha256:{hex}","repository":"a","size":"many""#),
        ),
        event(
            "mount",
            &format!(
                r#""mediaType":"{manifest}","digest":"sha256:{hex}","repository":"a","fromRepository":"b""#
            ),
        ),
        event("delete", &format!(r#""digest":"sha256:{hex}","repository":"a""#)),
        event("delete", r#""tag":"v1","repository":"a""#),
    ];
    let Decoded { events, skipped, .. } = decoded(&format!(r#"{{"events":[{}],"more":1}}"#, all.join(",")));
    let told: Vec<_> =
        events.iter().map(|event| (event.action, event.digest.is_some(), event.from.as_deref())).collect();
    assert_eq!(
        told,
        [
            (Action::Push, true, None),
            (Action::Mount, true, Some("b")),
            (Action::Delete, true, None),
            (Action::Delete, false, None)
        ]
    );
    assert_eq!(skipped.iter().map(|skipped| skipped.at).collect::<Vec<_>>(), (0..9).collect::<Vec<_>>());
    assert!(skipped[..3].iter().all(|skipped| matches!(skipped.reason, SkippedReason::Blob(_))));
    assert!(matches!(skipped[3].reason, SkippedReason::Digest(_)));
    assert!(matches!(skipped[4].reason, SkippedReason::Repository(_)));
    assert!(matches!(skipped[5].reason, SkippedReason::Tag(_)));
    assert_eq!(skipped[6].reason, SkippedReason::Missing("digest"));
    assert_eq!(skipped[7].reason, SkippedReason::Other("fetch".into()));
}

/// "Azure Container Registry webhook reference", push and delete events.
const ACR: &str = r#"{"id":"cb8c3971-9adc-488b-bdd8-43cbb4974ff5","timestamp":"2017-11-17T16:52:01.343145347Z","action":"push",
"target":{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","size":524,"digest":"sha256:80f0d5c8786bb9e621a45ece0db56d11cdc624ad20da9fe62e9d25490f331d7d","length":524,"repository":"hello-world","tag":"v1"},
"request":{"id":"3cbb6949-7549-4fa1-86cd-a6d5451dffc7","host":"myregistry.azurecr.io","method":"PUT","useragent":"docker/17.09.0-ce go/go1.8.3"}}"#;

#[test]
fn a_webhook_of_azure_container_registry() {
    let event = &decoded(ACR).events[0];
    assert_eq!((event.format, event.action), (Format::AcrWebhook, Action::Push));
    assert_eq!(
        (event.registry.as_deref(), event.tag.as_deref()),
        (Some("myregistry.azurecr.io"), Some("v1"))
    );
    assert_eq!(event.time, from_rfc3339("2017-11-17T16:52:01.343Z"));
    let deleted = ACR.replace("push", "delete").replace(",\"tag\":\"v1\"", "");
    assert_eq!(decoded(&deleted).events[0].action, Action::Delete);
    for (action, reason) in [
        ("chart_push", SkippedReason::NotAnImage("a chart".into())),
        ("ping", SkippedReason::Other("ping".into())),
    ] {
        assert_eq!(decoded(&ACR.replace("push", action)).skipped[0].reason, reason);
    }
}

#[test]
fn event_grid_in_both_schemas() {
    let data = ACR.replace("\"host\":\"myregistry.azurecr.io\",", "");
    let native = format!(
        r#"[{{"id":"831e1650-001e-001b-66ab-eeb76e069631","topic":"/subscriptions/x/resourceGroups/y/providers/Microsoft.ContainerRegistry/registries/myRegistry",
        "subject":"hello-world:v1","eventType":"Microsoft.ContainerRegistry.ImagePushed","eventTime":"2018-04-25T21:39:47.6549614Z","data":{data},"dataVersion":"1.0","metadataVersion":"1"}}]"#
    );
    let cloud = format!(
        r#"{{"source":"/subscriptions/x/resourceGroups/y/providers/Microsoft.ContainerRegistry/registries/myRegistry","subject":"hello-world:v1",
        "type":"Microsoft.ContainerRegistry.ImagePushed","time":"2018-04-25T21:39:47.6549614Z","id":"831e","data":{data},"specversion":"1.0"}}"#
    );
    for body in [native.clone(), cloud] {
        let event = &decoded(&body).events[0];
        assert_eq!((event.format, event.action), (Format::EventGrid, Action::Push));
        assert_eq!(event.registry.as_deref(), Some("myregistry.azurecr.io"));
        assert_eq!(event.repository, "hello-world");
    }
    let chart = native.replace("ImagePushed", "ChartPushed");
    assert!(matches!(decoded(&chart).skipped[0].reason, SkippedReason::NotAnImage(_)));
    let ask = r#"[{"id":"2d","topic":"t","subject":"","data":{"validationCode":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6","validationUrl":"https://rp.example/"},
        "eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","eventTime":"2018-01-25T22:12:19.4556811Z","metadataVersion":"1","dataVersion":"1"}]"#;
    assert_eq!(decoded(ask).validation.as_deref(), Some("512d38b6-c7b8-40c8-89fe-f46f9e9622b6"));
}

#[test]
fn webhooks_of_harbor() {
    let hex = "8a9e9863dbb6e10edb5adfe917c00da84e1700fa76e7ed02476aa6e6fb8ee0d8";
    // Harbor's documentation, "Configure Webhook Notifications".
    let push = format!(
        r#"{{"type":"PUSH_ARTIFACT","occur_at":1586922308,"operator":"admin","event_data":{{"resources":[
        {{"digest":"sha256:{hex}","tag":"latest","resource_url":"hub.harbor.com/test-webhook/debian:latest"}}],
        "repository":{{"date_created":1586922308,"name":"debian","namespace":"test-webhook","repo_full_name":"test-webhook/debian","repo_type":"private"}}}}}}"#
    );
    let event = &decoded(&push).events[0];
    assert_eq!((event.format, event.action), (Format::Harbor, Action::Push));
    assert_eq!((event.repository.as_str(), event.tag.as_deref()), ("test-webhook/debian", Some("latest")));
    assert_eq!((event.registry.as_deref(), event.actor.as_deref()), (Some("hub.harbor.com"), Some("admin")));
    assert_eq!(event.time, from_rfc3339("2020-04-15T03:45:08Z"));
    for (kind, action) in
        [("PULL_ARTIFACT", Action::Pull), ("DELETE_ARTIFACT", Action::Delete), ("CREATE_TAG", Action::Retag)]
    {
        assert_eq!(decoded(&push.replace("PUSH_ARTIFACT", kind)).events[0].action, action);
    }
    for kind in ["SCANNING_COMPLETED", "SCANNING_FAILED", "QUOTA_EXCEED", "QUOTA_WARNING"] {
        let decoded = decoded(&push.replace("PUSH_ARTIFACT", kind));
        assert_eq!(
            (decoded.events.len(), &decoded.skipped[0].reason),
            (0, &SkippedReason::Other(kind.into()))
        );
    }
    // Pulled by digest: Harbor writes the digest as the tag.
    let by_digest = push.replace("\"latest\"", &format!("\"sha256:{hex}\""));
    assert_eq!(decoded(&by_digest).events[0].tag, None);
    let cloud = format!(
        r#"{{"specversion":"1.0","id":"4b2f89a6","requestid":"x","source":"/projects/2/webhook/policies/15","type":"harbor.artifact.pushed",
        "datacontenttype":"application/json","time":"2023-04-03T06:32:41Z","data":{{"resources":[{{"digest":"sha256:{hex}","tag":"v1","resource_url":"harbor.dev/library/busybox:v1"}}],
        "repository":{{"date_created":1,"name":"busybox","namespace":"library","repo_full_name":"library/busybox","repo_type":"public"}}}},"operator":"admin"}}"#
    );
    let event = &decoded(&cloud).events[0];
    assert_eq!((event.action, event.time), (Action::Push, from_rfc3339("2023-04-03T06:32:41Z")));
    let replicated = r#"{"type":"REPLICATION","occur_at":1586922308,"operator":"MANUAL","event_data":{"replication":{"harbor_hostname":"hub.harbor.com",
        "job_status":"Success","artifact_type":"image","override_mode":true,"trigger_type":"MANUAL","policy_creator":"admin","execution_timestamp":1586922308,
        "src_resource":{"registry_name":"quay","registry_type":"quay","endpoint":"https://quay.io","namespace":"src"},
        "dest_resource":{"registry_type":"harbor","endpoint":"https://hub.harbor.com","namespace":"library"},
        "successful_artifact":[{"type":"image","status":"Success","name_tag":"alpine:3.19"},{"type":"image","status":"Success","name_tag":"busybox [1 item(s) in total]"},
        {"type":"chart","status":"Success","name_tag":"x"}]}}}"#;
    let Decoded { events, skipped, .. } = decoded(replicated);
    let told: Vec<_> = events
        .iter()
        .map(|event| (event.action, event.repository.as_str(), event.tag.as_deref(), event.from.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (Action::Replicate, "library/alpine", Some("3.19"), Some("src/alpine")),
            (Action::Replicate, "library/busybox", None, Some("src/busybox"))
        ]
    );
    assert_eq!(skipped.len(), 1);
}

#[test]
fn events_of_elastic_container_registry() {
    // "Amazon ECR events and EventBridge".
    let push = r#"{"version":"0","id":"13cde686-328b-6117-af20-0e5566167482","detail-type":"ECR Image Action","source":"aws.ecr","account":"123456789012",
        "time":"2019-11-16T01:54:34Z","region":"us-west-2","resources":[],"detail":{"result":"SUCCESS","repository-name":"my-repository-name",
        "image-digest":"sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd1234567a","action-type":"PUSH","image-tag":"latest"}}"#;
    let event = &decoded(push).events[0];
    assert_eq!((event.format, event.action), (Format::Ecr, Action::Push));
    assert_eq!(event.registry.as_deref(), Some("123456789012.dkr.ecr.us-west-2.amazonaws.com"));
    assert_eq!((event.repository.as_str(), event.tag.as_deref()), ("my-repository-name", Some("latest")));
    assert_eq!(decoded(&push.replace("PUSH", "DELETE")).events[0].action, Action::Delete);
    let replicated = push.replace("ECR Image Action", "ECR Replication Action").replace("PUSH", "REPLICATE");
    assert_eq!(decoded(&replicated).events[0].action, Action::Replicate);
    let cached = push
        .replace("ECR Image Action", "ECR Pull Through Cache Action")
        .replace("\"result\"", "\"sync-status\"");
    assert_eq!(decoded(&cached).events[0].action, Action::Import);
    assert_eq!(
        decoded(&push.replace("SUCCESS", "FAILURE")).skipped[0].reason,
        SkippedReason::Failed("FAILURE".into())
    );
    let other = decoded(&push.replace("ECR Image Action", "ECR Scan Resource Change"));
    assert!(matches!(other.skipped[0].reason, SkippedReason::Other(_)));
}

#[test]
fn what_is_no_event_is_an_error_and_limits_hold() {
    for body in ["{}", "7", "[7]", "null", r#"{"type":"ship"}"#, r#"[{"action":"push"}]"#] {
        assert!(
            matches!(decode(body.as_bytes(), &EventLimits::default()), Err(EventError::Unknown)),
            "{body}"
        );
    }
    assert!(matches!(decode(b"{\"events\":[", &EventLimits::default()), Err(EventError::Json(_))));
    assert!(matches!(decode("[".repeat(1000).as_bytes(), &EventLimits::default()), Err(EventError::Json(_))));
    let small = EventLimits { body: 10, events: 1 };
    assert!(matches!(
        decode(b"{\"events\":[]}", &small),
        Err(EventError::TooLarge { actual: 13, limit: 10 })
    ));
    let few = EventLimits { events: 2, ..EventLimits::default() };
    assert!(matches!(
        decode(b"{\"events\":[1,2,3]}", &few),
        Err(EventError::TooMany { actual: 3, limit: 2 })
    ));
    assert!(decoded("[]").events.is_empty());
}

#[test]
fn no_prefix_of_a_message_is_trouble() {
    for at in 0..DISTRIBUTION.len() {
        let _ = decode(&DISTRIBUTION.as_bytes()[..at], &EventLimits::default());
    }
}
