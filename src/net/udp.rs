//! One UDP socket: many datagrams a wake-up, and a send that never waits.

use std::{
    io,
    net::{SocketAddr, UdpSocket as StdSocket},
};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;

/// The longest datagram that UDP can carry.
const LONGEST: usize = 65_535;

/// Room that the kernel is asked for, so that a burst survives one slow moment of ours.
const BUFFER: usize = 4 << 20;

/// A bound UDP socket.
#[derive(Debug)]
pub struct Datagrams {
    socket: UdpSocket,
    local: SocketAddr,
    buffer: Box<[u8]>,
    /// Datagrams that the kernel would not take at once: dropped, as a network would.
    pub unsent: u64,
}

impl Datagrams {
    /// # Errors
    /// When the address cannot be bound; the message names it.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let named = |e: io::Error| io::Error::new(e.kind(), format!("UDP {address}: {e}"));
        let socket =
            Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP)).map_err(named)?;
        // The kernel may grant less; what it grants is what there is.
        let _ = socket.set_recv_buffer_size(BUFFER);
        let _ = socket.set_send_buffer_size(BUFFER);
        socket.set_nonblocking(true)?;
        socket.bind(&address.into()).map_err(named)?;
        let socket = UdpSocket::from_std(StdSocket::from(socket))?;
        let local = socket.local_addr()?;
        Ok(Self { socket, local, buffer: vec![0; LONGEST].into(), unsent: 0 })
    }

    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// Waits until there is something to take.
    ///
    /// # Errors
    /// When the socket is broken.
    pub async fn readable(&self) -> io::Result<()> {
        self.socket.readable().await
    }

    /// The next datagram, if one is there. An ICMP error of an earlier send is no news and is passed over.
    pub fn take(&mut self) -> Option<(SocketAddr, &[u8])> {
        loop {
            match self.socket.try_recv_from(&mut self.buffer) {
                Ok((length, from)) => return Some((from, &self.buffer[..length])),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return None,
                Err(e) if e.kind() == io::ErrorKind::ConnectionRefused => {}
                Err(_) => return None,
            }
        }
    }

    /// Sends at once or not at all: SIP repeats what matters.
    pub fn send(&mut self, to: SocketAddr, bytes: &[u8]) {
        if self.socket.try_send_to(bytes, to).is_err() {
            self.unsent += 1;
        }
    }
}
