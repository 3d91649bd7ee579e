//! Which media sockets have something to read: the kernel's own list, asked level by level.
//!
//! Level-triggered on purpose. With edges a socket has to be read until it is empty, which is a second system call for
//! each packet of a voice; here one packet is read for each mention, and a socket that has more is mentioned again,
//! after all others have had their turn. A flood on one port delays nobody.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rustix::{
    buffer::spare_capacity,
    event::{EventfdFlags, Timespec, epoll, eventfd},
    io::Errno,
};

/// Sockets that are named in one go; the others are named in the next.
const AT_ONCE: usize = 256;
/// The waker's own mark; marks of sockets are far below it.
const WAKE: u64 = u64::MAX;

/// The list, and who wakes its reader.
#[derive(Debug)]
pub(super) struct Readiness {
    epoll: OwnedFd,
    wake: Arc<Wake>,
}

#[derive(Debug)]
struct Wake {
    event: OwnedFd,
    /// It has been woken and has not looked yet: a burst of commands costs one system call.
    pending: AtomicBool,
}

/// What the list named last, in memory that is used again.
pub(super) struct Named {
    events: Vec<epoll::Event>,
    woken: bool,
}

impl Named {
    pub(super) fn nothing() -> Self {
        Self { events: Vec::with_capacity(AT_ONCE), woken: false }
    }

    /// Marks of sockets with something to read.
    pub(super) fn marks(&self) -> impl Iterator<Item = u64> + '_ {
        self.events.iter().map(|event| event.data.u64()).filter(|&mark| mark != WAKE)
    }

    /// Has somebody called [`Waker::wake`]?
    pub(super) fn woken(&self) -> bool {
        self.woken
    }
}

/// Wakes the reader from any thread. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Waker(Arc<Wake>);

impl Waker {
    /// What was handed over before is seen by the reader when it is next [woken](Named::woken).
    pub(super) fn wake(&self) {
        if !self.0.pending.swap(true, Ordering::AcqRel) {
            // It cannot be full: the counter is 0 or 1.
            let _ = rustix::io::write(&self.0.event, &1_u64.to_ne_bytes());
        }
    }
}

/// The part of [`Readiness`] that sockets are entered with.
#[derive(Debug)]
pub(super) struct Register(OwnedFd);

impl Register {
    /// Names this socket by this mark whenever it can be read, until it is closed.
    ///
    /// # Errors
    /// When the system has no room for it.
    pub(super) fn enter(&self, socket: impl AsFd, mark: usize) -> io::Result<()> {
        let data = epoll::EventData::new_u64(mark as u64);
        Ok(epoll::add(&self.0, socket, data, epoll::EventFlags::IN)?)
    }
}

impl Readiness {
    /// # Errors
    /// When the system gives no descriptors.
    pub(super) fn new() -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let event = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        epoll::add(&epoll, &event, epoll::EventData::new_u64(WAKE), epoll::EventFlags::IN)?;
        Ok(Self { epoll, wake: Arc::new(Wake { event, pending: AtomicBool::new(false) }) })
    }

    pub(super) fn waker(&self) -> Waker {
        Waker(Arc::clone(&self.wake))
    }

    /// # Errors
    /// When the system gives no descriptor.
    pub(super) fn register(&self) -> io::Result<Register> {
        Ok(Register(self.epoll.try_clone()?))
    }

    /// Waits for sockets, for a wake, or for so long; `None`: for ever.
    ///
    /// # Errors
    /// When the list itself fails, which is the end of all media.
    pub(super) fn wait(&self, at_most: Option<Duration>, named: &mut Named) -> io::Result<()> {
        // Rounded up to the kernel's milliseconds: a beat may come a moment late, and never in a row of empty turns.
        let timeout = at_most.map(|wait| {
            let millis = i64::try_from(wait.as_micros().div_ceil(1_000)).unwrap_or(60_000);
            Timespec { tv_sec: millis / 1_000, tv_nsec: (millis % 1_000) * 1_000_000 }
        });
        named.events.clear();
        match epoll::wait(&self.epoll, spare_capacity(&mut named.events), timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        named.woken = named.events.iter().any(|event| event.data.u64() == WAKE);
        if named.woken {
            let mut count = [0; 8];
            let _ = rustix::io::read(&self.wake.event, &mut count);
            // After the counter and before the queue is looked at: who comes now wakes us again.
            self.wake.pending.swap(false, Ordering::AcqRel);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;

    #[test]
    fn a_socket_is_named_until_it_is_empty_and_no_longer() {
        let (readiness, mut named) = (Readiness::new().unwrap(), Named::nothing());
        let register = readiness.register().unwrap();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        register.enter(&socket, 7).unwrap();
        let to = socket.local_addr().unwrap();
        let from = UdpSocket::bind("127.0.0.1:0").unwrap();
        from.send_to(b"one", to).unwrap();
        from.send_to(b"two", to).unwrap();
        let mut buffer = [0; 16];
        for expected in [&b"one"[..], b"two"] {
            readiness.wait(Some(Duration::from_secs(5)), &mut named).unwrap();
            assert_eq!(named.marks().collect::<Vec<_>>(), [7]);
            let length = socket.recv(&mut buffer).unwrap();
            assert_eq!(&buffer[..length], expected);
        }
        readiness.wait(Some(Duration::ZERO), &mut named).unwrap();
        assert_eq!((named.marks().count(), named.woken()), (0, false));
        from.send_to(b"three", to).unwrap();
        drop(socket);
        readiness.wait(Some(Duration::ZERO), &mut named).unwrap();
        assert_eq!(named.marks().count(), 0, "a closed socket is on no list");
    }

    #[test]
    fn a_wake_from_another_thread_ends_the_wait_once() {
        let (readiness, mut named) = (Readiness::new().unwrap(), Named::nothing());
        let waker = readiness.waker();
        let other = std::thread::spawn(move || {
            waker.wake();
            waker.wake();
        });
        readiness.wait(None, &mut named).unwrap();
        assert!(named.woken());
        other.join().unwrap();
        readiness.wait(Some(Duration::ZERO), &mut named).unwrap();
        readiness.wait(Some(Duration::ZERO), &mut named).unwrap();
        assert!(!named.woken(), "both wakes have been taken");
    }
}
