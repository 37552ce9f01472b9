//! The stream of an accepted connection, of which the server can tell whether octets lie in it unread.
//!
//! Who accepts may look at a connection before its task has come to read it. What lies in its socket then was
//! sent in time, and is no silence.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;

/// A stream, or a half of one, that can be looked at while a task uses it.
pub(crate) struct Line<S>(Arc<Mutex<S>>);

/// A look at a line, which does not keep it open.
pub(crate) struct Watch(Weak<dyn Unread>);

trait Unread: Send + Sync {
    fn has_unread(&self) -> bool;
}

/// What has a socket.
pub(crate) trait Socket {
    fn socket(&self) -> &TcpStream;
}

impl<S: Socket + Send + 'static> Line<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self(Arc::new(Mutex::new(stream)))
    }

    pub(crate) fn watch(&self) -> Watch {
        let line: Weak<Mutex<S>> = Arc::downgrade(&self.0);
        Watch(line)
    }
}

impl Watch {
    /// Whether octets have come in that nobody has read. The system is asked, since the runtime may not have come to
    /// hear of them.
    pub(crate) fn has_unread(&self) -> bool {
        self.0.upgrade().is_some_and(|line| line.has_unread())
    }
}

impl<S: Socket + Send> Unread for Mutex<S> {
    fn has_unread(&self) -> bool {
        let stream = lock(self);
        let peeked = SockRef::from(stream.socket()).peek(&mut [MaybeUninit::uninit()]);
        // Zero is the end, and an error is no octet.
        peeked.is_ok_and(|octets| octets > 0)
    }
}

impl Socket for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

impl Socket for OwnedWriteHalf {
    fn socket(&self) -> &TcpStream {
        self.as_ref()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Line<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *lock(&self.0)).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Line<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *lock(&self.0)).poll_write(cx, octets)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *lock(&self.0)).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *lock(&self.0)).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *lock(&self.0)).poll_write_vectored(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        lock(&self.0).is_write_vectored()
    }
}

fn lock<S>(line: &Mutex<S>) -> MutexGuard<'_, S> {
    line.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// Notes what is asked of it.
    #[derive(Default)]
    struct Noted(String, bool);

    impl AsyncRead for Noted {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            self.0 += "read ";
            buf.put_slice(b"08");
            Poll::Ready(Ok(()))
        }
    }

    impl AsyncWrite for Noted {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            octets: &[u8],
        ) -> Poll<io::Result<usize>> {
            self.0 += "write ";
            Poll::Ready(Ok(octets.len()))
        }

        fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            self.0 += "flush ";
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            self.0 += "shutdown ";
            Poll::Ready(Ok(()))
        }

        fn poll_write_vectored(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            pieces: &[IoSlice<'_>],
        ) -> Poll<io::Result<usize>> {
            self.0 += "vectored ";
            Poll::Ready(Ok(pieces.iter().map(|piece| piece.len()).sum()))
        }

        fn is_write_vectored(&self) -> bool {
            self.1
        }
    }

    #[tokio::test]
    async fn a_line_passes_on_whatever_is_asked() {
        for vectored in [false, true] {
            let mut line = Line(Arc::new(Mutex::new(Noted(String::new(), vectored))));
            assert_eq!(line.is_write_vectored(), vectored);
            assert_eq!(line.read(&mut [0; 9]).await.unwrap(), 2);
            assert_eq!(line.write(b"0800").await.unwrap(), 4);
            assert_eq!(line.write_vectored(&[IoSlice::new(b"08"), IoSlice::new(b"0")]).await.unwrap(), 3);
            line.flush().await.unwrap();
            line.shutdown().await.unwrap();
            assert_eq!(lock(&line.0).0, "read write vectored flush shutdown ");
        }
    }
}
