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
    // What is kept in quarantine is to be scanned all the same.
    assert_eq!(decoded(&ACR.replace("push", "quarantine")).events[0].action, Action::Push);
    for (action, reason) in [
        ("chart_push", SkippedReason::NotAnImage("a chart".into())),
        ("chart_delete", SkippedReason::NotAnImage("a chart".into())),
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

/// "Webhooks", of Docker Hub's documentation.
const DOCKER_HUB: &str = r#"{"callback_url":"https://registry.hub.docker.com/u/svendowideit/testhook/hook/2141b5bi5i5b02bec211i4eeih0242eg11000a/",
"push_data":{"pushed_at":1417566161,"pusher":"trustedbuilder","tag":"latest"},"repository":{"comment_count":0,"date_created":1417494799,
"description":"","full_description":"Docker Hub based automated build from a GitHub repo","is_official":false,"is_private":true,"is_trusted":true,
"name":"testhook","namespace":"svendowideit","owner":"svendowideit","repo_name":"svendowideit/testhook",
"repo_url":"https://registry.hub.docker.com/u/svendowideit/testhook/","star_count":0,"status":"Active"}}"#;

/// "Repository Push", of Quay's documentation.
const QUAY: &str = r#"{"name":"repository","repository":"dgangaia/test","namespace":"dgangaia","docker_url":"quay.io/dgangaia/test",
"homepage":"https://quay.io/repository/dgangaia/repository","updated_tags":["latest","v2"]}"#;

#[test]
fn pushes_by_tag_alone() {
    let event = &decoded(DOCKER_HUB).events[0];
    assert_eq!((event.format, event.action), (Format::DockerHub, Action::Push));
    assert_eq!(
        (event.registry.as_deref(), event.repository.as_str()),
        (Some("docker.io"), "svendowideit/testhook")
    );
    assert_eq!((event.tag.as_deref(), event.actor.as_deref()), (Some("latest"), Some("trustedbuilder")));
    assert_eq!((event.time, &event.digest), (from_rfc3339("2014-12-03T00:22:41Z"), &None));
    let told: Vec<_> = decoded(QUAY).events;
    assert_eq!(
        (told[0].format, told[0].action, told[0].registry.as_deref()),
        (Format::Quay, Action::Push, Some("quay.io"))
    );
    let named: Vec<_> = told.iter().map(|event| (event.repository.as_str(), event.tag.as_deref())).collect();
    assert_eq!(named, [("dgangaia/test", Some("latest")), ("dgangaia/test", Some("v2"))]);
    // As Quay wrote it before.
    let old = QUAY.replace(
        r#"["latest","v2"]"#,
        r#"{"latest":"b750fe79269d2ec9a3c593ef05b4332b1d1a02a62b4accb2c21d589ff2f5f2dc"}"#,
    );
    assert_eq!(decoded(&old).events[0].tag.as_deref(), Some("latest"));
    // What its own scanner found.
    let found = QUAY
        .replace(r#""updated_tags":["latest","v2"]"#, r#""tags":["latest"],"vulnerability":{"id":"CVE-1"}"#);
    assert!(matches!(decoded(&found).skipped[0].reason, SkippedReason::Other(_)));
}

/// "Webhook events and payloads", of GitHub's documentation: `registry_package`, in short.
const GITHUB: &str = r#"{"action":"published","registry_package":{"id":950,"name":"Hello","namespace":"Codertocat","description":"","ecosystem":"CONTAINER",
"package_type":"CONTAINER","html_url":"https://github.com/codertocat/hello/packages/950","created_at":"2023-05-01T10:00:00Z","updated_at":"2023-05-02T10:00:00Z",
"owner":{"login":"Codertocat","id":21031067},"package_version":{"id":1147,"version":"sha256:8a9e9863dbb6e10edb5adfe917c00da84e1700fa76e7ed02476aa6e6fb8ee0d8",
"name":"sha256:8a9e9863dbb6e10edb5adfe917c00da84e1700fa76e7ed02476aa6e6fb8ee0d8","html_url":"x","created_at":"2023-05-02T10:00:00Z","updated_at":"2023-05-02T10:00:05Z",
"container_metadata":{"tag":{"name":"latest","digest":"sha256:8a9e9863dbb6e10edb5adfe917c00da84e1700fa76e7ed02476aa6e6fb8ee0d8"},"labels":{},
"manifest":{"digest":"sha256:8a9e9863dbb6e10edb5adfe917c00da84e1700fa76e7ed02476aa6e6fb8ee0d8","media_type":"application/vnd.docker.distribution.manifest.v2+json","size":951}},
"package_url":"ghcr.io/codertocat/hello:latest"},"registry":{"name":"GitHub CONTAINER registry","type":"CONTAINER"}},
"repository":{"id":1,"full_name":"Codertocat/hello"},"sender":{"login":"Codertocat"}}"#;

#[test]
fn packages_of_github() {
    let event = &decoded(GITHUB).events[0];
    assert_eq!((event.format, event.action), (Format::GitHub, Action::Push));
    assert_eq!((event.registry.as_deref(), event.repository.as_str()), (Some("ghcr.io"), "codertocat/hello"));
    assert_eq!((event.tag.as_deref(), event.actor.as_deref()), (Some("latest"), Some("Codertocat")));
    assert_eq!(event.digest.as_ref().unwrap().short(), "8a9e9863dbb6");
    assert_eq!(event.time, from_rfc3339("2023-05-02T10:00:05Z"));
    // The same under its other name, and a push by digest alone.
    let other = GITHUB.replace("registry_package", "package");
    assert_eq!(decoded(&other).events[0].key(), event.key());
    let untagged = GITHUB
        .replace(r#""tag":{"name":"latest","#, r#""tag":{"name":"","#)
        .replace("codertocat/hello:latest", "codertocat/hello:");
    assert_eq!(
        (decoded(&untagged).events[0].tag.as_deref(), decoded(&untagged).events[0].repository.as_str()),
        (None, "codertocat/hello")
    );
    let npm = GITHUB.replace(r#""package_type":"CONTAINER""#, r#""package_type":"npm""#);
    assert!(matches!(decoded(&npm).skipped[0].reason, SkippedReason::NotAnImage(_)));
}

/// "Configuring Pub/Sub notifications", of Artifact Registry's documentation.
const GOOGLE: &str = r#"{"action":"INSERT",
"digest":"us-east1-docker.pkg.dev/my-project/my-repo/hello-world@sha256:6ec128e26cd5bf2b0d8e6b0b8b1f4c5d1a3d6b1e8f9c2b4a7d0e1f2a3b4c5d6e",
"tag":"us-east1-docker.pkg.dev/my-project/my-repo/hello-world:1.1"}"#;

#[test]
fn notifications_of_artifact_registry() {
    let event = &decoded(GOOGLE).events[0];
    assert_eq!((event.format, event.action), (Format::GoogleArtifactRegistry, Action::Push));
    assert_eq!(
        (event.registry.as_deref(), event.repository.as_str()),
        (Some("us-east1-docker.pkg.dev"), "my-project/my-repo/hello-world")
    );
    assert_eq!(
        (event.tag.as_deref(), event.digest.as_ref().unwrap().short()),
        (Some("1.1"), "6ec128e26cd5".into())
    );
    let gone = r#"{"action":"DELETE","tag":"us-east1-docker.pkg.dev/my-project/my-repo/hello-world:1.1"}"#;
    let removed = &decoded(gone).events[0];
    assert_eq!(
        (removed.action, &removed.digest, removed.tag.as_deref()),
        (Action::Delete, &None, Some("1.1"))
    );
    // Pushed by Pub/Sub: the same in base64.
    let wrapped = r#"{"message":{"attributes":{},"data":"eyJhY3Rpb24iOiJERUxFVEUiLCJ0YWciOiJ1cy1lYXN0MS1kb2NrZXIucGtnLmRldi9teS1wcm9qZWN0L215LXJlcG8vaGVsbG8td29ybGQ6MS4xIn0=",
        "messageId":"2070443601311540","publishTime":"2021-02-26T19:13:55.749Z"},"subscription":"projects/myproject/subscriptions/mysubscription"}"#;
    let event = &decoded(wrapped).events[0];
    assert_eq!(
        (event.action, event.repository.as_str(), event.tag.as_deref()),
        (Action::Delete, "my-project/my-repo/hello-world", Some("1.1"))
    );
    assert_eq!(
        (event.id.as_deref(), event.time),
        (Some("2070443601311540"), from_rfc3339("2021-02-26T19:13:55.749Z"))
    );
    let other = wrapped.replace("eyJhY3Rpb24i", "e30=");
    assert!(matches!(decoded(&other).skipped[0].reason, SkippedReason::Other(_)));
}

/// "GitLab container registry notifications": distribution's envelope, with manifests that are listed in it.
#[test]
fn notifications_of_gitlab() {
    let hex = "7".repeat(64);
    let body = format!(
        r#"{{"events":[{{"id":"287bd36a","timestamp":"2021-03-18T09:35:44.24Z","action":"push","target":{{"mediaType":"application/vnd.docker.distribution.manifest.v2+json",
        "size":4313,"digest":"sha256:{hex}","length":4313,"repository":"gitlab-org/build/images/app","url":"https://registry.gitlab.example/v2/gitlab-org/build/images/app/manifests/sha256:{hex}",
        "tag":"v1","references":[{{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":1,"digest":"sha256:{hex}"}}]}},
        "request":{{"id":"x","addr":"10.0.0.1","host":"registry.gitlab.example","method":"PUT","useragent":"docker/20.10.5"}},
        "actor":{{"name":"root","user_type":"gitlab-ci","user":"eyJ"}},"source":{{"addr":"r:5000","instanceID":"y"}}}},
        {{"id":"2","timestamp":"2021-03-18T09:36:44Z","action":"rename","target":{{"repository":"gitlab-org/build/images/app"}},"meta":{{}}}},
        {{"id":"3","timestamp":"2021-03-18T09:37:44Z","action":"delete","target":{{"repository":"gitlab-org/build/images/app","tag":"v1"}}}}]}}"#
    );
    let Decoded { events, skipped, .. } = decoded(&body);
    let told: Vec<_> =
        events.iter().map(|event| (event.action, event.tag.as_deref(), event.actor.as_deref())).collect();
    assert_eq!(told, [(Action::Push, Some("v1"), Some("root")), (Action::Delete, Some("v1"), None)]);
    assert_eq!(skipped[0].reason, SkippedReason::Other("rename".into()));
}

#[test]
fn fields_that_are_not_known_change_nothing_and_repetitions_have_the_same_key() {
    for body in [DISTRIBUTION, ACR, DOCKER_HUB, QUAY, GITHUB, GOOGLE] {
        let plain = decoded(body);
        let more = body.replacen('{', r#"{"of-tomorrow":[1,{"action":"push"}],"#, 1);
        assert_eq!(decoded(&more), plain);
        let keys = |decoded: &Decoded| decoded.events.iter().map(|event| event.key()).collect::<Vec<_>>();
        assert_eq!(keys(&decoded(body)), keys(&plain));
        let batch = decoded(&format!("[{body},{body}]").replace(DISTRIBUTION, ACR));
        assert!(keys(&batch).windows(2).all(|pair| pair[0] == pair[1] || body == QUAY));
        for at in 0..body.len() {
            let _ = decode(&body.as_bytes()[..at], &EventLimits::default());
            // Whatever one byte is instead.
            let mut other = body.as_bytes().to_vec();
            other[at] = b"\0{}[]\",:\\9\xff"[at % 11];
            let _ = decode(&other, &EventLimits::default());
        }
    }
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
