//! A relay between the program and the server.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What is done to the answers.
#[derive(Clone, Copy)]
pub(crate) enum Manner {
    Plain,
    /// The first so many connections end after so many bytes.
    Breaks(u64, usize),
    /// Each answer waits.
    Slow(Duration),
}

pub(crate) struct Relay {
    port: u16,
    bytes: Arc<AtomicU64>,
    connections: Arc<AtomicU64>,
}

impl Relay {
    pub(crate) fn new(manner: Manner) -> Self {
        let to = crate::moto().port;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (bytes, connections) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (counted, numbered) = (Arc::clone(&bytes), Arc::clone(&connections));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let number = numbered.fetch_add(1, Ordering::SeqCst);
                let Ok(server) = TcpStream::connect(("127.0.0.1", to)) else { continue };
                let (mut up, mut down) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut up, &mut down);
                    let _ = down.shutdown(Shutdown::Write);
                });
                let counted = Arc::clone(&counted);
                std::thread::spawn(move || answer(server, client, manner, number, &counted));
            }
        });
        Self { port, bytes, connections }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The bytes of answers that went through, their heads included.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::SeqCst)
    }

    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Ordering::SeqCst)
    }
}

fn answer(mut server: TcpStream, mut client: TcpStream, manner: Manner, number: u64, counted: &AtomicU64) {
    let mut left = match manner {
        Manner::Breaks(connections, bytes) if number < connections => bytes,
        _ => usize::MAX,
    };
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read) = server.read(&mut buffer) {
        if let Manner::Slow(time) = manner {
            std::thread::sleep(time);
        }
        let given = read.min(left);
        if given == 0 || client.write_all(&buffer[..given]).is_err() {
            break;
        }
        counted.fetch_add(given as u64, Ordering::SeqCst);
        left -= given;
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}
