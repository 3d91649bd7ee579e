//! A page that leaves for a multicast group: one socket, from which nothing is ever read.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddrV4, UdpSocket},
};

use rand_chacha::rand_core::Rng;
use socket2::SockRef;

use crate::{
    media::{Frame, GroupVoice},
    types::Chance,
};

/// See the module's sentence.
#[derive(Debug)]
pub(super) struct ToGroup {
    socket: UdpSocket,
    group: SocketAddrV4,
    voice: GroupVoice,
}

impl ToGroup {
    /// From the interface of our own address, if there is one; no router passes it on.
    ///
    /// # Errors
    /// When the network knows no multicast.
    pub(super) fn open(group: SocketAddrV4, own: Option<IpAddr>, chance: &mut Chance) -> io::Result<Self> {
        let own = match own {
            Some(IpAddr::V4(own)) => own,
            _ => Ipv4Addr::UNSPECIFIED,
        };
        let socket = UdpSocket::bind((own, 0))?;
        socket.set_nonblocking(true)?;
        socket.set_multicast_ttl_v4(1)?;
        if !own.is_unspecified() {
            SockRef::from(&socket).set_multicast_if_v4(&own)?;
        }
        let voice = GroupVoice::new(chance.next_u32(), chance.next_u32() as u16, chance.next_u32());
        Ok(Self { socket, group, voice })
    }

    /// What the kernel does not take at once is lost, as on the wire.
    pub(super) fn send(&mut self, frame: &Frame) {
        let _ = self.socket.send_to(self.voice.packet(frame), self.group);
    }
}
