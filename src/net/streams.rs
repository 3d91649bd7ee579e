//! Streams: TCP, TLS and WebSocket connections, each a task of its own on threads of their own.
//!
//! No peer can make another wait. Of each connection at most one piece of what it sent waits for us, so that one that
//! sends without end takes its turn like any other. What we send waits in a queue of its own, bounded in messages and
//! bytes: a peer that does not read fills it and is closed, and so is one that takes nothing for ten seconds. Handshakes
//! run in the connection's task, within a time limit, and count against the address that opens them.

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    time::{sleep, timeout},
};
use tokio_rustls::{TlsAcceptor, TlsConnector};
use tokio_tungstenite::{WebSocketStream, tungstenite};

use super::{
    census::{Census, Place, Places, shown_out},
    tls::{Identity, Trust, sentence, server_name},
    websocket::{self, Origins},
};

/// Names one connection for as long as the process lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Connection(pub u64);

/// What a TCP connection is wrapped in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrapping {
    Plain,
    Tls,
    WebSocket,
    /// WebSocket under TLS.
    SecureWebSocket,
}

/// Bounds on what peers may hold of us.
#[derive(Debug, Clone, Copy)]
pub struct StreamLimits {
    /// Connections at once, from everywhere.
    pub all: usize,
    /// Of these, ones that have not been [proven](Streams::prove): with one more, the oldest of them is closed.
    pub strangers: usize,
    /// Connections at once from one address (one IPv6 network) that have not been [proven](Streams::prove).
    pub from_one_address: usize,
    /// Messages that may wait for a peer that does not read; with one more the connection is closed.
    pub unsent_messages: usize,
    /// Bytes that may wait for a proven peer, and for any other.
    pub unsent_bytes: usize,
    pub unsent_bytes_of_a_stranger: usize,
    /// A connection must be there, TLS and WebSocket handshakes included, within this time.
    pub handshake: Duration,
    /// A peer that takes nothing of what waits for it for so long is closed.
    pub stalled: Duration,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self {
            all: 4000,
            strangers: 1000,
            from_one_address: 10,
            unsent_messages: 256,
            unsent_bytes: 256 * 1024,
            unsent_bytes_of_a_stranger: 16 * 1024,
            handshake: Duration::from_secs(8),
            stalled: Duration::from_secs(10),
        }
    }
}

/// What happened on a stream.
#[derive(Debug)]
pub enum StreamEvent {
    /// Accepted, or opened on our request.
    Connected {
        connection: Connection,
        wrapping: Wrapping,
        /// Ours: of an accepted connection the address that was listened on.
        local: SocketAddr,
        remote: SocketAddr,
    },
    /// Of a WebSocket: one whole message.
    Bytes { connection: Connection, bytes: Vec<u8> },
    /// Ended by the peer, by us or by a fault.
    Closed { connection: Connection },
    /// Could not be opened; why, as a sentence.
    NotOpened { wrapping: Wrapping, remote: SocketAddr, why: String },
    /// A connection over a bound was closed, or its handshake came to nothing.
    Refused { remote: SocketAddr, why: &'static str },
}

/// How much of a stream is read at once, and the most that waits of each connection.
const PIECE: usize = 4096;
/// A peer that has proved nothing is read no faster than a piece in this time: what it pours out costs it its own time.
const PACE: Duration = Duration::from_millis(20);
/// What the kernel holds of a connection each way (it takes twice as much); left alone it would grow to megabytes.
const KERNEL_BUFFER: usize = 64 * 1024;
/// Reports that may wait: one piece of each connection, and its beginning and end.
const REPORTS: usize = 4096;
/// Bytes that may wait for a connection that is being opened.
const WAITING: usize = 64 * 1024;
/// How long a connection that we close may take to take what is still queued.
const FAREWELL: Duration = Duration::from_secs(3);
/// Rest after a failed accept: out of descriptors, most likely, and each try at once would be one more.
const AFTER_FAILURE: Duration = Duration::from_millis(100);

/// All connections of all listeners.
#[derive(Debug)]
pub struct Streams {
    shared: Shared,
    open: BTreeMap<Connection, Open>,
    /// What waits for connections that are being opened.
    opening: BTreeMap<(Wrapping, SocketAddr), Vec<Vec<u8>>>,
    from_tasks: mpsc::Receiver<Report>,
    runtime: Option<Runtime>,
}

/// What every task has.
#[derive(Debug, Clone)]
struct Shared {
    limits: StreamLimits,
    census: Census,
    next: Arc<AtomicU64>,
    reports: mpsc::Sender<Report>,
}

#[derive(Debug)]
struct Open {
    wrapping: Wrapping,
    local: SocketAddr,
    remote: SocketAddr,
    writer: mpsc::Sender<Vec<u8>>,
    unsent: Arc<AtomicUsize>,
    place: Option<Arc<Place>>,
    /// Dropped with the connection's entry: nothing more is read.
    _reading: oneshot::Sender<()>,
}

/// What the tasks report.
#[derive(Debug)]
enum Report {
    Opened(Connection, Open),
    NotOpened(Wrapping, SocketAddr, String),
    Refused(SocketAddr, &'static str),
    Bytes(Connection, Vec<u8>, OwnedSemaphorePermit),
    Ended(Connection),
}

impl Streams {
    /// No listener yet; the threads of the streams are started.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new(limits: StreamLimits) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("streams")
            .enable_all()
            .build()?;
        let (reports, from_tasks) = mpsc::channel(REPORTS);
        let shared = Shared { limits, census: Census::default(), next: Arc::new(AtomicU64::new(1)), reports };
        Ok(Self {
            shared,
            open: BTreeMap::new(),
            opening: BTreeMap::new(),
            from_tasks,
            runtime: Some(runtime),
        })
    }

    /// Listens on this address; the address that it got. TLS needs an identity to show, a WebSocket takes connections of
    /// these origins.
    ///
    /// # Errors
    /// When the address cannot be bound (the message names it), or there is no identity for TLS.
    pub fn listen(
        &self,
        wrapping: Wrapping,
        address: SocketAddr,
        identity: Option<&Identity>,
        origins: &Arc<Origins>,
    ) -> io::Result<SocketAddr> {
        let named = |e: io::Error| io::Error::new(e.kind(), format!("TCP {address}: {e}"));
        let tls = match (wrapping, identity) {
            (Wrapping::Plain | Wrapping::WebSocket, _) => None,
            (_, Some(identity)) => Some(TlsAcceptor::from(identity.server())),
            (_, None) => return Err(io::Error::other("TLS without a certificate")),
        };
        let Some(runtime) = &self.runtime else { return Err(io::Error::other("the streams have ended")) };
        let socket = super::udp::bound(address, socket2::Type::STREAM).map_err(named)?;
        socket.listen(1024).map_err(named)?;
        let _inside = runtime.enter();
        let listener = TcpListener::from_std(socket.into()).map_err(named)?;
        let local = listener.local_addr()?;
        let (shared, origins) = (self.shared.clone(), Arc::clone(origins));
        runtime.spawn(async move {
            loop {
                let (stream, remote) = match listener.accept().await {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        tracing::warn!(%error, %local, "no connection can be taken");
                        tokio::time::sleep(AFTER_FAILURE).await;
                        continue;
                    }
                };
                let limits = shared.limits;
                let places = Places {
                    all: limits.all,
                    strangers: limits.strangers,
                    from_one_address: limits.from_one_address,
                };
                let Some(place) = shared.census.take(remote.ip(), places) else {
                    let _ = shared.reports.try_send(Report::Refused(remote, "too many connections"));
                    continue;
                };
                let ends = Ends { wrapping, local, remote };
                tokio::spawn(accepted(
                    shared.clone(),
                    stream,
                    ends,
                    tls.clone(),
                    Arc::clone(&origins),
                    place,
                ));
            }
        });
        Ok(local)
    }

    /// The next thing that happens. Cancel-safe.
    pub async fn next(&mut self) -> StreamEvent {
        loop {
            // We hold a sender ourselves, so the channel cannot be closed.
            let Some(report) = self.from_tasks.recv().await else { continue };
            match report {
                Report::Opened(connection, open) => return self.opened(connection, open),
                Report::NotOpened(wrapping, remote, why) => {
                    self.opening.remove(&(wrapping, remote));
                    return StreamEvent::NotOpened { wrapping, remote, why };
                }
                Report::Refused(remote, why) => return StreamEvent::Refused { remote, why },
                Report::Bytes(connection, bytes, turn) if self.open.contains_key(&connection) => {
                    drop(turn);
                    return StreamEvent::Bytes { connection, bytes };
                }
                Report::Ended(connection) if self.open.remove(&connection).is_some() => {
                    return StreamEvent::Closed { connection };
                }
                Report::Bytes(..) | Report::Ended(_) => {}
            }
        }
    }

    fn opened(&mut self, connection: Connection, open: Open) -> StreamEvent {
        let Open { wrapping, local, remote, .. } = open;
        let ours = open.place.is_none();
        self.open.insert(connection, open);
        if ours {
            for bytes in self.opening.remove(&(wrapping, remote)).unwrap_or_default() {
                self.send(connection, bytes);
            }
        }
        StreamEvent::Connected { connection, wrapping, local, remote }
    }

    /// Both ends of a connection that is still open.
    pub fn ends(&self, connection: Connection) -> Option<(SocketAddr, SocketAddr)> {
        self.open.get(&connection).map(|o| (o.local, o.remote))
    }

    /// Opens a connection and sends these bytes over it; `Connected` or `NotOpened` follows. While one to there is being
    /// opened, the bytes wait for that one; what is too much is dropped, as a network would. `name`: what the peer's
    /// certificate must be for, if it is to be TLS.
    pub fn connect(
        &mut self,
        wrapping: Wrapping,
        remote: SocketAddr,
        local: SocketAddr,
        tls: Option<(&Trust, &str)>,
        bytes: Vec<u8>,
    ) {
        if let Some(waiting) = self.opening.get_mut(&(wrapping, remote)) {
            if waiting.iter().map(Vec::len).sum::<usize>() + bytes.len() <= WAITING {
                waiting.push(bytes);
            }
            return;
        }
        self.opening.insert((wrapping, remote), vec![bytes]);
        let tls = tls.map(|(trust, name)| (trust.clone(), name.to_owned()));
        let Some(runtime) = &self.runtime else { return };
        runtime.spawn(connected(self.shared.clone(), Ends { wrapping, local, remote }, tls));
    }

    /// Its peer has shown who it is: the connection does not count against its address any more.
    pub fn prove(&self, connection: Connection) {
        if let Some(place) = self.open.get(&connection).and_then(|open| open.place.as_ref()) {
            place.prove();
        }
    }

    /// Queues bytes. `false`: the connection is gone, or the peer does not read; it is then closed.
    pub fn send(&mut self, connection: Connection, bytes: Vec<u8>) -> bool {
        let Some(open) = self.open.get(&connection) else { return false };
        let limits = self.shared.limits;
        let known = open.place.as_ref().is_none_or(|place| place.is_proven());
        let most = if known { limits.unsent_bytes } else { limits.unsent_bytes_of_a_stranger };
        let length = bytes.len();
        let before = open.unsent.fetch_add(length, Ordering::Relaxed);
        // One message may always wait, however long it is.
        if (before == 0 || before + length <= most) && open.writer.try_send(bytes).is_ok() {
            return true;
        }
        self.close(connection);
        false
    }

    /// Ends a connection after what is queued has been written, if the peer takes it soon; nothing more is read from it.
    pub fn close(&mut self, connection: Connection) {
        self.open.remove(&connection);
    }

    pub fn len(&self) -> usize {
        self.open.len()
    }

    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}

impl Drop for Streams {
    fn drop(&mut self) {
        self.open.clear();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A connection before it has a number.
#[derive(Debug, Clone, Copy)]
struct Ends {
    wrapping: Wrapping,
    local: SocketAddr,
    remote: SocketAddr,
}

/// Somebody has connected to us.
async fn accepted(
    shared: Shared,
    stream: TcpStream,
    ends: Ends,
    tls: Option<TlsAcceptor>,
    origins: Arc<Origins>,
    place: Place,
) {
    ready(&stream);
    let place = Some(Arc::new(place));
    let refused = |why| Report::Refused(ends.remote, why);
    // Within its time, and unless its place is wanted by somebody else.
    let handshake = Handshake { limit: shared.limits.handshake, place: place.clone() };
    let failed = match (ends.wrapping, tls) {
        (Wrapping::Tls, Some(tls)) => match handshake.made(tls.accept(stream)).await {
            Some(Ok(stream)) => return carry(shared, stream, ends, place).await,
            _ => refused("no TLS handshake"),
        },
        (Wrapping::WebSocket, _) => match handshake.made(websocket::accept(stream, &origins)).await {
            Some(Ok(stream)) => return carry_messages(shared, stream, ends, place).await,
            _ => refused("no WebSocket handshake"),
        },
        (Wrapping::SecureWebSocket, Some(tls)) => {
            let both = async {
                let stream = tls.accept(stream).await.ok()?;
                websocket::accept(stream, &origins).await.ok()
            };
            match handshake.made(both).await {
                Some(Some(stream)) => return carry_messages(shared, stream, ends, place).await,
                _ => refused("no WebSocket handshake under TLS"),
            }
        }
        (Wrapping::Plain, _) => return carry(shared, stream, ends, place).await,
        (_, None) => refused("TLS without a certificate"),
    };
    let _ = shared.reports.send(failed).await;
}

/// Bounds of a handshake.
struct Handshake {
    limit: Duration,
    place: Option<Arc<Place>>,
}

impl Handshake {
    async fn made<T>(&self, handshake: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            made = timeout(self.limit, handshake) => made.ok(),
            () = shown_out(self.place.as_ref()) => None,
        }
    }
}

/// Small messages must not wait for one another (Nagle), and nothing waits in heaps. A failure only costs delay or memory.
fn ready(stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
    let socket = SockRef::from(stream);
    let _ = socket.set_send_buffer_size(KERNEL_BUFFER);
    let _ = socket.set_recv_buffer_size(KERNEL_BUFFER);
}

/// A stranger waits its time before more is read.
async fn pace(place: Option<&Arc<Place>>) {
    if place.is_some_and(|place| !place.is_proven()) {
        sleep(PACE).await;
    }
}

/// We connect to somebody.
async fn connected(shared: Shared, ends: Ends, tls: Option<(Trust, String)>) {
    let opening = async {
        let stream =
            TcpStream::connect(ends.remote).await.map_err(|error| format!("no connection: {error}"))?;
        ready(&stream);
        let Some((trust, name)) = tls else { return Ok((Some(stream), None)) };
        let server = server_name(&name).map_err(|error| error.to_string())?;
        let stream = TlsConnector::from(Arc::clone(&trust.client))
            .connect(server, stream)
            .await
            .map_err(|error| sentence(&error, &name))?;
        Ok((None, Some(stream)))
    };
    let why = match timeout(shared.limits.handshake, opening).await {
        Ok(Ok((Some(stream), _))) => return carry(shared, stream, ends, None).await,
        Ok(Ok((_, Some(stream)))) => return carry(shared, stream, ends, None).await,
        Ok(Ok((None, None))) => return,
        Ok(Err(why)) => why,
        Err(_) => "no connection within the time that it may take".to_owned(),
    };
    let _ = shared.reports.send(Report::NotOpened(ends.wrapping, ends.remote, why)).await;
}

/// What a running connection has in its hands.
struct Running {
    connection: Connection,
    queued: mpsc::Receiver<Vec<u8>>,
    unsent: Arc<AtomicUsize>,
    stop: oneshot::Receiver<()>,
    turn: Arc<Semaphore>,
    place: Option<Arc<Place>>,
}

/// Tells that it is there.
async fn begin(shared: &Shared, ends: Ends, place: Option<Arc<Place>>) -> Option<Running> {
    let connection = Connection(shared.next.fetch_add(1, Ordering::Relaxed));
    let (writer, queued) = mpsc::channel(shared.limits.unsent_messages);
    let (reading, stop) = oneshot::channel();
    let unsent = Arc::new(AtomicUsize::new(0));
    let Ends { wrapping, local, remote } = ends;
    let open = Open {
        wrapping,
        local,
        remote,
        writer,
        unsent: Arc::clone(&unsent),
        place: place.clone(),
        _reading: reading,
    };
    shared.reports.send(Report::Opened(connection, open)).await.ok()?;
    Some(Running { connection, queued, unsent, stop, turn: Arc::new(Semaphore::new(1)), place })
}

/// Bytes both ways, until one side ends.
async fn carry<S: AsyncRead + AsyncWrite>(shared: Shared, stream: S, ends: Ends, place: Option<Arc<Place>>) {
    let Some(Running { connection, mut queued, unsent, mut stop, turn, place }) =
        begin(&shared, ends, place).await
    else {
        return;
    };
    let (mut read, mut write) = tokio::io::split(stream);
    let reading = async {
        let mut piece = vec![0; PIECE];
        loop {
            // One piece at a time: the next is read when this one has been taken.
            let Ok(permit) = Arc::clone(&turn).acquire_owned().await else { break };
            let length = tokio::select! {
                biased;
                _ = &mut stop => break,
                length = read.read(&mut piece) => length.unwrap_or(0),
            };
            let bytes = piece[..length].to_vec();
            if length == 0 || shared.reports.send(Report::Bytes(connection, bytes, permit)).await.is_err() {
                break;
            }
            pace(place.as_ref()).await;
        }
        let _ = shared.reports.send(Report::Ended(connection)).await;
    };
    let writing = async {
        while let Some(bytes) = queued.recv().await {
            let limit = if queued.is_closed() { FAREWELL } else { shared.limits.stalled };
            let written = timeout(limit, async {
                write.write_all(&bytes).await?;
                write.flush().await
            });
            if !matches!(written.await, Ok(Ok(()))) {
                let _ = shared.reports.send(Report::Ended(connection)).await;
                return;
            }
            unsent.fetch_sub(bytes.len(), Ordering::Relaxed);
        }
        let _ = timeout(FAREWELL, write.shutdown()).await;
    };
    let both = async { tokio::join!(reading, writing) };
    tokio::select! {
        _ = both => {}
        () = shown_out(place.as_ref()) => {
            let _ = shared.reports.send(Report::Ended(connection)).await;
        }
    }
}

/// Whole messages both ways, until one side ends.
async fn carry_messages<S: AsyncRead + AsyncWrite + Unpin>(
    shared: Shared,
    stream: WebSocketStream<S>,
    ends: Ends,
    place: Option<Arc<Place>>,
) {
    let Some(Running { connection, mut queued, unsent, mut stop, turn, place }) =
        begin(&shared, ends, place).await
    else {
        return;
    };
    let (mut write, mut read) = stream.split();
    let reading = async {
        loop {
            let Ok(permit) = Arc::clone(&turn).acquire_owned().await else { break };
            let message = tokio::select! {
                biased;
                _ = &mut stop => break,
                message = read.next() => message,
            };
            let bytes = match message {
                Some(Ok(tungstenite::Message::Text(text))) => text.as_bytes().to_vec(),
                Some(Ok(tungstenite::Message::Binary(bytes))) => bytes.to_vec(),
                Some(Ok(tungstenite::Message::Ping(_) | tungstenite::Message::Pong(_))) => continue,
                _ => break,
            };
            if shared.reports.send(Report::Bytes(connection, bytes, permit)).await.is_err() {
                break;
            }
            pace(place.as_ref()).await;
        }
        let _ = shared.reports.send(Report::Ended(connection)).await;
    };
    let writing = async {
        while let Some(bytes) = queued.recv().await {
            let length = bytes.len();
            // RFC 7118, 5.2: text where it is UTF-8, binary where it is not.
            let message = match String::from_utf8(bytes) {
                Ok(text) => tungstenite::Message::text(text),
                Err(binary) => tungstenite::Message::binary(binary.into_bytes()),
            };
            let limit = if queued.is_closed() { FAREWELL } else { shared.limits.stalled };
            if !matches!(timeout(limit, write.send(message)).await, Ok(Ok(()))) {
                let _ = shared.reports.send(Report::Ended(connection)).await;
                return;
            }
            unsent.fetch_sub(length, Ordering::Relaxed);
        }
        let _ = timeout(FAREWELL, write.close()).await;
    };
    let both = async { tokio::join!(reading, writing) };
    tokio::select! {
        _ = both => {}
        () = shown_out(place.as_ref()) => {
            let _ = shared.reports.send(Report::Ended(connection)).await;
        }
    }
}

#[cfg(test)]
mod tests;
