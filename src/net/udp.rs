//! One UDP socket: many datagrams a wake-up, and a send that never waits.

use std::{
    io,
    net::{SocketAddr, UdpSocket as StdSocket},
};

use socket2::{Domain, Protocol, SockRef, Socket, Type};
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
        let socket = bound(address, Type::DGRAM).map_err(named)?;
        // The kernel may grant less; what it grants is what there is.
        let _ = socket.set_recv_buffer_size(BUFFER);
        let _ = socket.set_send_buffer_size(BUFFER);
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
        if send_now(&self.socket, to, bytes).is_err() {
            self.unsent += 1;
        }
    }
}

/// A socket bound to this address and to its family alone, so that both families can be listened on at one port.
pub(super) fn bound(address: SocketAddr, kind: Type) -> io::Result<Socket> {
    let protocol = if kind == Type::DGRAM { Protocol::UDP } else { Protocol::TCP };
    let socket = Socket::new(Domain::for_address(address), kind, Some(protocol))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    if kind == Type::STREAM {
        // A restart must not wait for connections of the former life.
        socket.set_reuse_address(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// Sends without waiting. The runtime's own `try_send_to` refuses until it has once seen the socket writable, so that the
/// first datagram of a fresh socket would be lost; the kernel knows better.
///
/// # Errors
/// When the kernel does not take the datagram at once.
pub fn send_now(socket: &UdpSocket, to: SocketAddr, bytes: &[u8]) -> io::Result<usize> {
    SockRef::from(socket).send_to(bytes, &to.into())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_very_first_datagram_of_a_fresh_socket_leaves() {
        let far = StdSocket::bind("127.0.0.1:0").unwrap();
        far.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let unsent = runtime.block_on(async {
            let mut near = Datagrams::bind("127.0.0.1:0".parse().unwrap()).unwrap();
            near.send(far.local_addr().unwrap(), b"OPTIONS");
            near.unsent
        });
        assert_eq!(unsent, 0);
        let mut bytes = [0; 16];
        let (length, _) = far.recv_from(&mut bytes).unwrap();
        assert_eq!(&bytes[..length], b"OPTIONS");
    }
}
