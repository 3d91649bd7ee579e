//! The console's sockets: what axum serves, with an end to every slow connection and a share for every address.
//!
//! A client may be slow in three ways, and each has its deadline: a head that drips in (here, [`Limits::head`]), a body
//! that drips in (the console's own guard), and an answer that is not taken (here, [`Limits::stalled`]). Idle
//! connections end with the first. What is left is bounded: so many connections for each address, so many in all.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{Request, body::Incoming, server::conn::http1, service::Service, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::Sleep,
};
use tokio_rustls::TlsAcceptor;

use crate::console::UnderTls;

/// How much of the console anybody may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From the first wait for a request to the end of its head; an idle connection ends after it, too.
    pub head: Duration,
    /// An answer of which the client takes nothing for so long is broken off.
    pub stalled: Duration,
    /// Connections at once from one address; those beyond it are closed unheard.
    pub per_address: usize,
    /// Connections at once in all; those beyond it are closed unheard.
    pub in_all: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { head: Duration::from_secs(20), stalled: Duration::from_secs(30), per_address: 32, in_all: 512 }
    }
}

/// The most that a request's head may take up.
const LONGEST_HEAD: usize = 32 * 1024;

/// Rest after a failed accept: out of descriptors, most likely, and each try at once would be one more.
const AFTER_FAILURE: Duration = Duration::from_millis(100);

/// Serves until it is dropped.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits) {
    Server::new(router, limits).listen(listener, None).await;
}

/// One console behind several sockets: shares and bounds are counted over all of them.
#[derive(Debug, Clone)]
pub struct Server {
    router: Router,
    limits: Limits,
    open: Open,
}

impl Server {
    pub fn new(router: Router, limits: Limits) -> Self {
        Self { router, limits, open: Open::default() }
    }

    /// Serves what comes to this socket, under TLS if there is something to show, until it is dropped.
    pub async fn listen(&self, listener: TcpListener, tls: Option<TlsAcceptor>) {
        let Self { router, limits, open } = self;
        loop {
            let (stream, peer) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "the console cannot take a connection");
                    tokio::time::sleep(AFTER_FAILURE).await;
                    continue;
                }
            };
            let Some(place) = open.take(peer.ip().to_canonical(), *limits) else {
                tracing::debug!(%peer, "the console has no room for another connection from there");
                continue;
            };
            // Events of the live page are small, and each is news.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "nodelay");
            }
            let stream = Unstalled::new(stream, limits.stalled);
            let (router, limits) = (router.clone(), *limits);
            match tls.clone() {
                None => drop(tokio::spawn(connection(stream, peer, None, router, limits, place))),
                Some(tls) => drop(tokio::spawn(async move {
                    // Whoever dawdles with the handshake is as slow as with a head.
                    match tokio::time::timeout(limits.head, tls.accept(stream)).await {
                        Ok(Ok(stream)) => {
                            connection(stream, peer, Some(UnderTls), router, limits, place).await
                        }
                        Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS with the console"),
                        Err(_) => tracing::debug!(%peer, "no TLS with the console in time"),
                    }
                })),
            }
        }
    }
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    tls: Option<UnderTls>,
    router: Router,
    limits: Limits,
    _place: Place,
) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        if let Some(tls) = tls {
            request.extensions_mut().insert(tls);
        }
        router.call(request)
    });
    let stream = TokioIo::new(stream);
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(LONGEST_HEAD)
        .serve_connection(stream, service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%peer, %error, "a connection to the console ended early");
    }
}

/// Connections that are open, by address.
#[derive(Debug, Clone, Default)]
struct Open(Arc<Mutex<BTreeMap<IpAddr, usize>>>);

impl Open {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, address: IpAddr, limits: Limits) -> Option<Place> {
        let mut open = self.lock();
        let theirs = open.get(&address).copied().unwrap_or_default();
        if theirs >= limits.per_address || open.values().sum::<usize>() >= limits.in_all {
            return None;
        }
        open.insert(address, theirs + 1);
        Some(Place { open: self.clone(), address })
    }
}

/// One connection's share; given back when it ends, however it ends.
#[derive(Debug)]
struct Place {
    open: Open,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock();
        if let Some(theirs) = open.get_mut(&self.address) {
            *theirs -= 1;
            if *theirs == 0 {
                open.remove(&self.address);
            }
        }
    }
}

/// A socket whose writes fail once the other side has taken nothing for a while.
#[derive(Debug)]
struct Unstalled {
    stream: TcpStream,
    patience: Duration,
    /// Runs while a write waits.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl Unstalled {
    fn new(stream: TcpStream, patience: Duration) -> Self {
        Self { stream, patience, deadline: None }
    }

    fn watch<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.deadline = None;
            return written;
        }
        let patience = self.patience;
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        match deadline.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Unstalled {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Unstalled {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.watch(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_share_and_the_house_its_whole() {
        let limits = Limits { per_address: 2, in_all: 3, ..Limits::default() };
        let open = Open::default();
        let address = |last| IpAddr::from([192, 0, 2, last]);
        let first = open.take(address(1), limits);
        let second = open.take(address(1), limits);
        assert!(first.is_some() && second.is_some());
        assert!(open.take(address(1), limits).is_none(), "one address has its share");
        let other = open.take(address(2), limits);
        assert!(other.is_some(), "another is not disturbed by it");
        assert!(open.take(address(3), limits).is_none(), "the house is full");
        drop((first, second));
        let again = open.take(address(3), limits);
        assert!(again.is_some());
        drop((other, again));
        assert!(open.lock().is_empty(), "nothing is remembered of those who have gone");
    }
}
