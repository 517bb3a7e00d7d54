//! A tiny app that people sign in with: it gives a token, and then says who it is for.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread::{self, JoinHandle},
};

use serde_json::{Value, json};

pub(crate) struct Provider {
    pub(crate) origin: String,
    asked: JoinHandle<[String; 2]>,
}

impl Provider {
    /// Answers the two questions that there are for one person.
    pub(crate) fn start(userinfo: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let token = json!({ "access_token": "t0ken", "token_type": "Bearer", "expires_in": 60 });
        let asked = thread::spawn(move || [token, userinfo].map(|body| answer(&listener.accept().unwrap().0, &body)));
        Self { origin, asked }
    }

    /// What it was asked.
    pub(crate) fn was_asked(self) -> [String; 2] {
        self.asked.join().unwrap()
    }
}

/// Reads one request, and answers it with JSON.
fn answer(mut stream: &TcpStream, body: &Value) -> String {
    let mut reader = BufReader::new(stream);
    let (mut request, mut length) = (String::new(), 0);
    while !request.ends_with("\r\n\r\n") {
        let begin = request.len();
        reader.read_line(&mut request).unwrap();
        let line = request[begin..].to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut sent = vec![0; length];
    reader.read_exact(&mut sent).unwrap();
    request += std::str::from_utf8(&sent).unwrap();
    let body = body.to_string();
    let length = body.len();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
    write!(stream, "{head}\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
    request
}
