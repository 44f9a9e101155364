//! Clients that send or take next to nothing are cut off. Only the time counts in which the
//! server waits for the client, and whoever moves on fast enough starts anew.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

/// Bytes that must move for each second of waiting.
const RATE: u64 = 1024;

/// How one direction of a connection moves on.
struct Pace {
    patience: Duration,
    /// Since the last time that it was fast enough.
    moved: u64,
    waited: Duration,
    since: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    fn new(patience: Duration) -> Self {
        Self {
            patience,
            moved: 0,
            waited: Duration::ZERO,
            since: None,
            alarm: None,
        }
    }

    /// So many bytes have moved.
    fn moved(&mut self, bytes: usize) {
        if let Some(since) = self.since.take() {
            self.waited += since.elapsed();
        }
        self.moved += bytes as u64;
        if self.moved >= RATE * self.patience.as_secs().max(1) {
            self.moved = 0;
            self.waited = Duration::ZERO;
        }
    }

    /// Nothing moves; ready when that is so for too long.
    fn poll_too_slow(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let now = Instant::now();
        let alarm = self
            .alarm
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(self.patience)));
        if self.since.is_none() {
            self.since = Some(now);
            let left = self.patience.saturating_sub(self.waited);
            alarm.as_mut().reset((now + left).into());
        }
        alarm.as_mut().poll(context)
    }
}

fn too_slow() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the client is too slow")
}

/// A request's body that must arrive at a decent pace.
pub(super) struct PacedBody {
    body: Incoming,
    pace: Pace,
}

impl PacedBody {
    pub(super) fn new(body: Incoming, patience: Duration) -> Self {
        let pace = Pace::new(patience);
        Self { body, pace }
    }
}

impl HttpBody for PacedBody {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(frame) => {
                if let Some(Ok(frame)) = &frame {
                    self.pace.moved(frame.data_ref().map_or(0, Bytes::len));
                }
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending => self
                .pace
                .poll_too_slow(context)
                .map(|()| Some(Err(too_slow().into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A connection whose client must take what it is sent at a decent pace.
pub(super) struct PacedStream {
    stream: TcpStream,
    pace: Pace,
}

impl PacedStream {
    pub(super) fn new(stream: TcpStream, patience: Duration) -> Self {
        let pace = Pace::new(patience);
        Self { stream, pace }
    }

    fn paced(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes)) => {
                self.pace.moved(bytes);
                Poll::Ready(Ok(bytes))
            }
            Poll::Ready(failed) => Poll::Ready(failed),
            Poll::Pending => self.pace.poll_too_slow(context).map(|()| Err(too_slow())),
        }
    }
}

impl AsyncRead for PacedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for PacedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, data);
        self.paced(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, data);
        self.paced(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
