//! Chromium as somebody at the office uses it: driven by the protocol of its developers' tools.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    sync::mpsc,
};

use serde_json::json;
use tokio_tungstenite::tungstenite::{Message, WebSocket, client};

use super::*;

/// A browser with one page.
pub struct Browser {
    child: Child,
    tools: WebSocket<TcpStream>,
    sent: u64,
}

impl Browser {
    pub fn open(folder: &Path) -> Self {
        let mut child = Command::new("chromium")
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--mute-audio"])
            .args(["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"])
            // The box of this test is on loopback only, where a browser otherwise looks for nobody.
            .args(["--allow-loopback-in-peer-connection", "--disable-features=WebRtcHideLocalIpsWithMdns"])
            .args(["--autoplay-policy=no-user-gesture-required", "--remote-debugging-port=0"])
            // The certificate is of the box's own authority, which nobody has put into this browser.
            .args(["--remote-allow-origins=*", "--ignore-certificate-errors"])
            .arg(format!("--user-data-dir={}", folder.join("chromium").display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = child.stderr.take().unwrap();
        let (found, where_is_it) = mpsc::channel();
        // It goes on talking, and would wait for a reader.
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if let Some(url) = line.strip_prefix("DevTools listening on ws://") {
                    drop(found.send(url.split('/').next().unwrap().to_owned()));
                }
            }
        });
        let tools = where_is_it.recv_timeout(HARD_LIMIT).expect("chromium starts");
        let page = wait_until(clock() + HARD_LIMIT / 4, || page_of(&tools)).expect("chromium has a page");
        let stream = TcpStream::connect(&tools).unwrap();
        stream.set_read_timeout(Some(HARD_LIMIT)).unwrap();
        let (tools, _) = client(page, stream).unwrap();
        Self { child, tools, sent: 0 }
    }

    fn command(&mut self, method: &str, parameters: &Value) -> Value {
        self.sent += 1;
        let id = self.sent;
        let text = json!({ "id": id, "method": method, "params": parameters }).to_string();
        self.tools.send(Message::text(text)).unwrap();
        loop {
            let Message::Text(text) = self.tools.read().unwrap() else { continue };
            let mut answer: Value = serde_json::from_str(&text).unwrap();
            if answer["id"] == id {
                return answer["result"].take();
            }
        }
    }

    /// What this expression, or what it promises, comes to in the page; null while there is none.
    pub fn tell(&mut self, expression: &str) -> Value {
        let wish = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
        });
        self.command("Runtime.evaluate", &wish)["result"]["value"].take()
    }

    pub fn visit(&mut self, url: &str) {
        self.command("Page.navigate", &json!({ "url": url }));
        // The page before it may still be there for a moment.
        let there = format!("location.href.startsWith({url:?}) && document.readyState === 'complete'");
        assert!(self.comes_true(&there), "{url} does not open: {}", self.tell("document.body.innerText"));
    }

    /// Is this so within a while?
    pub fn comes_true(&mut self, condition: &str) -> bool {
        wait_until(clock() + HARD_LIMIT / 3, || (self.tell(condition) == true).then_some(())).is_some()
    }

    /// Its network is there, or not; sound that flows already is not touched by that.
    pub fn network(&mut self, there: bool) {
        let limits = json!({
            "offline": !there, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
        });
        self.command("Network.enable", &json!({}));
        self.command("Network.emulateNetworkConditions", &limits);
    }

    pub fn click(&mut self, selector: &str) {
        self.tell(&format!("document.querySelector({selector:?}).click()"));
    }

    pub fn fill(&mut self, selector: &str, text: &str) {
        self.tell(&format!("document.querySelector({selector:?}).value = {text:?}"));
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Where its page is to be driven from.
fn page_of(tools: &str) -> Option<String> {
    let mut stream = TcpStream::connect(tools).ok()?;
    write!(stream, "GET /json/list HTTP/1.1\r\nHost: {tools}\r\nConnection: close\r\n\r\n").ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(2))).ok()?;
    let mut answer = vec![];
    let mut part = [0; 4_096];
    // It keeps the connection open, whatever it was asked.
    while let Ok(length) = stream.read(&mut part) {
        answer.extend_from_slice(&part[..length]);
        if length == 0 || answer.ends_with(b"} ]") || answer.ends_with(b"} ]\n") {
            break;
        }
    }
    let text = String::from_utf8(answer).ok()?;
    let pages: Value = serde_json::from_str(text.split_once("\r\n\r\n")?.1).ok()?;
    let page = pages.as_array()?.iter().find(|target| target["type"] == "page")?;
    Some(page["webSocketDebuggerUrl"].as_str()?.to_owned())
}
