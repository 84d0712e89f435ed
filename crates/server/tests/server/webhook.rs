//! Notifications by webhook: signed, again until they are taken.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use plimsoll_server::{Form, Secret, Subscriber};
use serde_json::Value;

use crate::world::{World, image, osv};

#[derive(Clone, Debug)]
struct Post {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Post {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// Takes posts, and refuses the first ones.
fn receiver(refuse: usize) -> (String, Arc<Mutex<Vec<Post>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let posts = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&posts);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let mut headers = Vec::new();
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                match line.trim().split_once(':') {
                    Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
                    None => break,
                }
            }
            let mut post = Post { headers, body: Vec::new() };
            post.body.resize(post.header("content-length").parse().unwrap(), 0);
            reader.read_exact(&mut post.body).unwrap();
            let mut posts = to.lock().unwrap();
            posts.push(post);
            let status = if posts.len() <= refuse { "503 Service Unavailable" } else { "204 No Content" };
            let _ = write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
    });
    (url, posts)
}

#[test]
fn webhooks_are_signed_and_sent_again() {
    let (url, posts) = receiver(1);
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    // Standard Webhooks: `whsec_` and the base64 of the key.
    std::fs::write(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
    let world = World::over(crate::registry::Registry::start(), folder, |config| {
        config.subscribers = vec![Subscriber {
            name: "hook".into(),
            url: Some(url),
            file: None,
            form: Form::CloudEvent,
            secret: Secret { file: Some(secret), env: None },
            header: None,
            from_oldest: false,
        }];
    });
    world.import(&[osv("PYSEC-1", "jinja2", None)]);
    let digest = world.push("shop/web", "1", &image(&[("jinja2", "3.1.2")]));
    world.scanned(&digest);
    world.until("/v1/status", |status| status["store"]["subscribers"][0][1] == status["store"]["sequence"]);
    let posts = posts.lock().unwrap().clone();
    assert_eq!(posts.len(), 2, "refused once, taken once");
    assert_eq!(posts[0].header("webhook-id"), posts[1].header("webhook-id"));
    assert_eq!(posts[0].body, posts[1].body);
    let post = &posts[1];
    assert_eq!(post.header("content-type"), "application/cloudevents+json");
    let event: Value = serde_json::from_slice(&post.body).unwrap();
    assert_eq!(
        (event["specversion"].as_str(), event["subject"].as_str()),
        (Some("1.0"), Some(digest.to_string().as_str()))
    );
    assert_eq!(event["data"]["changes"][0]["vulnerability"], "PYSEC-1");
    assert_eq!(event["id"], post.header("webhook-id"));
    // The key as hexadecimal: base64 -d of the secret.
    let key = [
        0x31, 0xf2, 0x90, 0xf6, 0xbf, 0x06, 0x29, 0x8a, 0xab, 0x4f, 0x08, 0xd4, 0x3c, 0x3f, 0x08, 0x2c, 0xf6,
        0x48, 0xa3, 0x62, 0xda, 0x2d, 0xa4, 0xb0,
    ];
    let seconds = post.header("webhook-timestamp").parse().unwrap();
    let expected = plimsoll_monitor::sign(&key, post.header("webhook-id"), seconds, &post.body);
    assert_eq!(post.header("webhook-signature"), expected.signature);
}
