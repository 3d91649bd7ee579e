//! What is sent to a multicast group on the local network, and a socket to answer from.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket as StdSocket},
};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;

/// The longest question that is taken.
const LONGEST: usize = 4096;

/// A group that has been joined.
#[derive(Debug)]
pub struct Multicast {
    group: UdpSocket,
    answers: UdpSocket,
    buffer: Box<[u8]>,
}

impl Multicast {
    /// Joins the group on the interface that has this address (`0.0.0.0`: the system's choice). Others on this machine may
    /// listen to the same group.
    ///
    /// # Errors
    /// When the port cannot be had, or the network knows no multicast.
    pub fn join(group: SocketAddrV4, interface: Ipv4Addr) -> io::Result<Self> {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        // Bound to the group itself: what comes to the port by another way is not ours.
        socket.bind(&SocketAddr::from(group).into())?;
        socket.join_multicast_v4(group.ip(), &interface)?;
        let answers = StdSocket::bind(SocketAddrV4::new(interface, 0))?;
        answers.set_nonblocking(true)?;
        Ok(Self {
            group: UdpSocket::from_std(StdSocket::from(socket))?,
            answers: UdpSocket::from_std(answers)?,
            buffer: vec![0; LONGEST].into(),
        })
    }

    /// The port that answers come from.
    ///
    /// # Errors
    /// When the socket is broken.
    pub fn answers_from(&self) -> io::Result<u16> {
        Ok(self.answers.local_addr()?.port())
    }

    /// Waits for the next question. An error is passed over, for the network may come back.
    pub async fn next(&mut self) -> Option<(SocketAddr, &[u8])> {
        let (length, from) = self.group.recv_from(&mut self.buffer).await.ok()?;
        Some((from, &self.buffer[..length]))
    }

    /// Answers. What cannot be sent at once is dropped: whoever asked will ask again.
    pub fn answer(&self, to: SocketAddr, bytes: &[u8]) {
        let _ = self.answers.try_send_to(bytes, to);
    }
}
