//! TCP connections: one task reads each, one writes each, and no peer can make another wait.
//!
//! A peer that sends without end waits in its own reader, because the queue to us is bounded. A peer that never reads
//! fills its own writer's queue and is then closed. Neither touches the loop that serves everybody.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::AbortHandle,
    time::timeout,
};

/// Names one connection for as long as the process lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Connection(pub u64);

/// Bounds on what peers may hold of us.
#[derive(Debug, Clone, Copy)]
pub struct StreamLimits {
    /// Connections at once, from everywhere.
    pub all: usize,
    /// Connections at once, from one address.
    pub from_one_address: usize,
    /// Messages that may wait for a peer that does not read; with one more the connection is closed.
    pub unsent_messages: usize,
    /// A connection that we open must be there within this time.
    pub connect: Duration,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self { all: 1000, from_one_address: 10, unsent_messages: 256, connect: Duration::from_secs(5) }
    }
}

/// What happened on a stream.
#[derive(Debug)]
pub enum StreamEvent {
    /// Accepted, or opened on our request.
    Connected {
        connection: Connection,
        local: SocketAddr,
        remote: SocketAddr,
    },
    Bytes {
        connection: Connection,
        bytes: Vec<u8>,
    },
    /// Ended by the peer, by us or by a fault.
    Closed {
        connection: Connection,
    },
    /// Could not be opened.
    NotOpened {
        remote: SocketAddr,
    },
    /// The listener accepted a connection over a bound, and closed it.
    Refused {
        remote: SocketAddr,
    },
}

/// Bytes that wait in the common queue: this many pieces of at most [`PIECE`] bytes.
const QUEUED_PIECES: usize = 256;
const PIECE: usize = 8192;

/// All TCP connections of one listener.
#[derive(Debug)]
pub struct Streams {
    limits: StreamLimits,
    local: SocketAddr,
    next: u64,
    open: BTreeMap<Connection, Open>,
    to_us: mpsc::Sender<FromTask>,
    from_tasks: mpsc::Receiver<FromTask>,
    listener: AbortHandle,
}

#[derive(Debug)]
struct Open {
    local: SocketAddr,
    remote: SocketAddr,
    writer: mpsc::Sender<Vec<u8>>,
    reader: AbortHandle,
}

/// What the tasks report; the stream itself travels here once it exists.
#[derive(Debug)]
enum FromTask {
    Accepted(TcpStream, SocketAddr),
    Opened(io::Result<TcpStream>, SocketAddr),
    Bytes(Connection, Vec<u8>),
    Ended(Connection),
}

impl Streams {
    /// Listens on this address.
    ///
    /// # Errors
    /// When the address cannot be bound; the message names it.
    pub async fn listen(address: SocketAddr, limits: StreamLimits) -> io::Result<Self> {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|e| io::Error::new(e.kind(), format!("TCP {address}: {e}")))?;
        let local = listener.local_addr()?;
        let (to_us, from_tasks) = mpsc::channel(QUEUED_PIECES);
        let accepted = to_us.clone();
        let listener = tokio::spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((stream, remote)) => {
                        if accepted.send(FromTask::Accepted(stream, remote)).await.is_err() {
                            return;
                        }
                    }
                    // Out of descriptors: give the others a moment to end instead of spinning.
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        })
        .abort_handle();
        Ok(Self { limits, local, next: 1, open: BTreeMap::new(), to_us, from_tasks, listener })
    }

    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// The next thing that happens. Cancel-safe.
    pub async fn next(&mut self) -> StreamEvent {
        loop {
            // We hold a sender ourselves, so the channel cannot be closed.
            let Some(report) = self.from_tasks.recv().await else { continue };
            match report {
                FromTask::Accepted(stream, remote) => {
                    return if self.is_full(remote.ip()) {
                        StreamEvent::Refused { remote }
                    } else {
                        self.adopt(stream, remote)
                    };
                }
                FromTask::Opened(Ok(stream), remote) => return self.adopt(stream, remote),
                FromTask::Opened(Err(_), remote) => return StreamEvent::NotOpened { remote },
                FromTask::Bytes(connection, bytes) if self.open.contains_key(&connection) => {
                    return StreamEvent::Bytes { connection, bytes };
                }
                FromTask::Ended(connection) if self.open.remove(&connection).is_some() => {
                    return StreamEvent::Closed { connection };
                }
                FromTask::Bytes(..) | FromTask::Ended(_) => {}
            }
        }
    }

    fn is_full(&self, address: IpAddr) -> bool {
        self.open.len() >= self.limits.all
            || self.open.values().filter(|o| o.remote.ip() == address).count() >= self.limits.from_one_address
    }

    fn adopt(&mut self, stream: TcpStream, remote: SocketAddr) -> StreamEvent {
        let connection = Connection(self.next);
        self.next += 1;
        let local = stream.local_addr().unwrap_or(self.local);
        // Small messages must not wait for one another (Nagle); a failure only costs delay.
        let _ = stream.set_nodelay(true);
        let (mut read, mut write) = stream.into_split();
        let (writer, mut queued) = mpsc::channel::<Vec<u8>>(self.limits.unsent_messages);
        let reports = self.to_us.clone();
        let reader = tokio::spawn(async move {
            let mut piece = vec![0; PIECE];
            while let Ok(length) = read.read(&mut piece).await {
                if length == 0
                    || reports.send(FromTask::Bytes(connection, piece[..length].to_vec())).await.is_err()
                {
                    break;
                }
            }
            let _ = reports.send(FromTask::Ended(connection)).await;
        })
        .abort_handle();
        let ended = self.to_us.clone();
        tokio::spawn(async move {
            while let Some(bytes) = queued.recv().await {
                if write.write_all(&bytes).await.is_err() {
                    let _ = ended.send(FromTask::Ended(connection)).await;
                    return;
                }
            }
            let _ = write.shutdown().await;
        });
        self.open.insert(connection, Open { local, remote, writer, reader });
        StreamEvent::Connected { connection, local, remote }
    }

    /// Both ends of a connection that is still open.
    pub fn ends(&self, connection: Connection) -> Option<(SocketAddr, SocketAddr)> {
        self.open.get(&connection).map(|o| (o.local, o.remote))
    }

    /// Asks for a new connection; `Connected` or `NotOpened` follows.
    pub fn connect(&self, remote: SocketAddr) {
        let reports = self.to_us.clone();
        let limit = self.limits.connect;
        tokio::spawn(async move {
            let opened = timeout(limit, TcpStream::connect(remote))
                .await
                .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut)));
            let _ = reports.send(FromTask::Opened(opened, remote)).await;
        });
    }

    /// Queues bytes. `false`: the connection is gone, or the peer does not read; it is then closed.
    pub fn send(&mut self, connection: Connection, bytes: Vec<u8>) -> bool {
        let Some(open) = self.open.get(&connection) else { return false };
        if open.writer.try_send(bytes).is_ok() {
            return true;
        }
        self.close(connection);
        false
    }

    /// Ends a connection after what is queued has been written; nothing more is read from it.
    pub fn close(&mut self, connection: Connection) {
        if let Some(open) = self.open.remove(&connection) {
            open.reader.abort();
        }
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
        self.listener.abort();
        for open in self.open.values() {
            open.reader.abort();
        }
    }
}
