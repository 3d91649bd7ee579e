//! The way to calendars that agents keep elsewhere: one request, one answer, within a deadline. It decides nothing.
//!
//! A connection is made for each question and shut after it: a booking has three of them. No redirect is followed, so that a
//! password goes to the server that the office wrote down and to no other.

use std::{
    collections::BTreeMap,
    fs,
    sync::{Arc, mpsc as std_mpsc},
    thread,
    time::Duration,
};

use anyhow::Context as _;
use axum::body::{Body, to_bytes};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use hyper::{
    Request,
    client::conn::http1,
    header::{AUTHORIZATION, ETAG, HOST, HeaderValue, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use jiff::tz::TimeZone;
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    runtime,
    sync::mpsc,
};
use tokio_rustls::TlsConnector;

use crate::{
    calendar::{HttpRequest, HttpResponse, Question, Reply},
    config::{AgentCalendar, Config},
    net::Trust,
};

/// From the first packet to the last byte of the answer. The desk has given up long before; an exchange that it may hear of
/// again ends here.
const LONGEST: Duration = Duration::from_secs(10);

/// More than the events of two weeks take, however they are decorated.
const LARGEST_ANSWER: usize = 4 << 20;
/// The head of an answer.
const LONGEST_HEAD: usize = 64 << 10;

/// Questions that wait for the thread. The desk has fewer under way.
const QUESTIONS: usize = 512;

type Asked = (u64, String, Question);
type Answered = (u64, Reply);

/// The way to the thread; where nobody keeps a calendar there is none.
#[derive(Debug)]
pub struct Calendars {
    questions: Option<mpsc::Sender<Asked>>,
    answers: std_mpsc::Receiver<Answered>,
    /// Of questions that could not be handed over.
    unasked: Vec<Answered>,
    under_way: usize,
}

/// An agent's calendar, and how it is reached.
struct Collection {
    host: String,
    port: u16,
    path: String,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    authorization: HeaderValue,
    zone: TimeZone,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
enum NoAnswer {
    #[error("cannot be reached: {0}")]
    Unreachable(#[from] std::io::Error),
    #[error("does not speak HTTP: {0}")]
    NotHttp(#[from] hyper::Error),
    #[error("cannot be asked that: {0}")]
    Unaskable(#[from] hyper::http::Error),
    #[error("answers with more than a calendar has")]
    TooLarge,
}

impl Calendars {
    /// Starts the thread, if anybody keeps a calendar elsewhere. It ends with the desk.
    ///
    /// # Errors
    /// When the system gives no thread, or what a calendar's server is believed by cannot be read.
    pub fn start(config: &Config) -> anyhow::Result<Self> {
        let zone = config.office.hours.zone();
        let mut collections = BTreeMap::new();
        for agent in &config.showings.agents {
            if let Some(calendar) = &agent.calendar {
                let collection = Collection::of(calendar, zone)
                    .with_context(|| format!("the calendar of {}", agent.name))?;
                collections.insert(agent.name.clone(), Arc::new(collection));
            }
        }
        let (answer, answers) = std_mpsc::channel();
        if collections.is_empty() {
            return Ok(Self { questions: None, answers, unasked: Vec::new(), under_way: 0 });
        }
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(2)
            .build()
            .context("the system gives nothing to reach calendars with")?;
        let (questions, mut inbox) = mpsc::channel::<Asked>(QUESTIONS);
        thread::Builder::new()
            .name("calendars".into())
            .spawn(move || {
                runtime.block_on(async move {
                    while let Some((exchange, agent, question)) = inbox.recv().await {
                        let (answer, collection) = (answer.clone(), collections.get(&agent).cloned());
                        tokio::spawn(async move {
                            let reply = match collection {
                                Some(collection) => ask(&collection, &agent, question).await,
                                None => Reply::Away,
                            };
                            // Nobody waits any more: the house has stopped.
                            let _ = answer.send((exchange, reply));
                        });
                    }
                });
            })
            .context("the system gives no thread for calendars")?;
        Ok(Self { questions: Some(questions), answers, unasked: Vec::new(), under_way: 0 })
    }

    /// Hands a question to the thread.
    pub fn ask(&mut self, exchange: u64, agent: String, question: Question) {
        let handed = self
            .questions
            .as_ref()
            .is_some_and(|questions| questions.try_send((exchange, agent, question)).is_ok());
        if handed {
            self.under_way += 1;
        } else {
            self.unasked.push((exchange, Reply::Away));
        }
    }

    /// An answer is waited for.
    pub fn is_busy(&self) -> bool {
        self.under_way > 0 || !self.unasked.is_empty()
    }

    /// What has been answered.
    pub fn answered(&mut self) -> Option<Answered> {
        if let Some(unasked) = self.unasked.pop() {
            return Some(unasked);
        }
        let answered = self.answers.try_recv().ok()?;
        self.under_way = self.under_way.saturating_sub(1);
        Some(answered)
    }
}

impl Collection {
    fn of(calendar: &AgentCalendar, zone: &TimeZone) -> anyhow::Result<Self> {
        let tls = match calendar.secure {
            true => {
                let name = ServerName::try_from(calendar.host.clone())
                    .context("no certificate could be for that name")?;
                Some((TlsConnector::from(believed(calendar)?), name))
            }
            false => None,
        };
        let login = BASE64_STANDARD.encode(format!("{}:{}", calendar.user, calendar.password));
        let mut authorization =
            HeaderValue::try_from(format!("Basic {login}")).context("the password cannot be sent")?;
        authorization.set_sensitive(true);
        Ok(Self {
            host: calendar.host.clone(),
            port: calendar.port,
            path: calendar.path.clone(),
            tls,
            authorization,
            zone: zone.clone(),
        })
    }
}

fn believed(calendar: &AgentCalendar) -> anyhow::Result<Arc<ClientConfig>> {
    let further = match &calendar.ca {
        Some(path) => {
            vec![
                fs::read(path)
                    .with_context(|| format!("the certificate {} cannot be read", path.display()))?,
            ]
        }
        None => Vec::new(),
    };
    let further: Vec<&[u8]> = further.iter().map(Vec::as_slice).collect();
    Ok(Trust::with_system(&further).context("the authorities that its server is believed by")?.client())
}

async fn ask(collection: &Collection, agent: &str, question: Question) -> Reply {
    let request = question.request(&collection.path);
    let response = match tokio::time::timeout(LONGEST, connect(collection, request)).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => {
            tracing::warn!(agent, %error, "an agent's calendar");
            return Reply::Away;
        }
        Err(_) => {
            tracing::warn!(agent, "an agent's calendar does not answer");
            return Reply::Away;
        }
    };
    let zone = collection.zone.clone();
    let status = response.status;
    // Events are read where reading them holds up nobody.
    let read = tokio::task::spawn_blocking(move || question.read(&response, &zone)).await;
    let reply = read.unwrap_or(Reply::Away);
    if matches!(reply, Reply::Away | Reply::Refused { .. }) {
        tracing::warn!(agent, status, "an agent's calendar does not do what it is asked");
    }
    reply
}

async fn connect(collection: &Collection, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
    let stream = TcpStream::connect((collection.host.as_str(), collection.port)).await?;
    stream.set_nodelay(true)?;
    match &collection.tls {
        Some((tls, name)) => exchange(tls.connect(name.clone(), stream).await?, collection, request).await,
        None => exchange(stream, collection, request).await,
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    collection: &Collection,
    request: HttpRequest,
) -> Result<HttpResponse, NoAnswer> {
    let (mut sender, connection) =
        http1::Builder::new().max_buf_size(LONGEST_HEAD).handshake(TokioIo::new(stream)).await?;
    let served = tokio::spawn(connection);
    let mut message = Request::builder()
        .method(request.method)
        .uri(request.path)
        .header(HOST, host(collection))
        .header(USER_AGENT, "Portico")
        .header(AUTHORIZATION, &collection.authorization);
    for (name, value) in request.headers {
        message = message.header(name, value);
    }
    let response = sender.send_request(message.body(Body::from(request.body))?).await?;
    let (head, body) = response.into_parts();
    let body = to_bytes(Body::new(body), LARGEST_ANSWER).await.map_err(|_| NoAnswer::TooLarge)?;
    served.abort();
    Ok(HttpResponse {
        status: head.status.as_u16(),
        etag: head.headers.get(ETAG).and_then(|etag| etag.to_str().ok()).map(ToOwned::to_owned),
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

/// As the Host field has it (RFC 9110, 7.2): a port that is not the usual one, brackets around IPv6.
fn host(collection: &Collection) -> String {
    let name = if collection.host.contains(':') {
        format!("[{}]", collection.host)
    } else {
        collection.host.clone()
    };
    let usual = if collection.tls.is_some() { 443 } else { 80 };
    if collection.port == usual { name } else { format!("{name}:{}", collection.port) }
}
