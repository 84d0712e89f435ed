//! Connections: how many, how long, encrypted or not.

use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::app::App;
use crate::auth::Peer;

/// Time for a request's headers, and for a TLS handshake.
const HEADERS: Duration = Duration::from_secs(10);
/// Time for what was asked already, when the server stops.
const LAST: Duration = Duration::from_secs(10);

/// Serves until it is told to stop, and then until what was asked is answered.
pub(crate) async fn serve(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    router: Router,
    app: App,
    mut stopping: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(app.config.limits.connections.clamp(1, Semaphore::MAX_PERMITS)));
    let mut open = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        while open.try_join_next().is_some() {}
        let Ok((stream, peer)) = accepted else {
            // Out of descriptors, mostly: they come back.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        // Whoever comes when all places are taken is not heard.
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let router = router.clone().layer(Extension(Peer(peer)));
        let (acceptor, stopping) = (acceptor.clone(), stopping.clone());
        open.spawn(async move {
            let _place = place;
            let _ = stream.set_nodelay(true);
            match acceptor {
                None => connection(stream, router, stopping).await,
                Some(acceptor) => {
                    if let Some(stream) = handshake(&acceptor, stream).await {
                        connection(stream, router, stopping).await;
                    }
                }
            }
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(LAST, async { while open.join_next().await.is_some() {} }).await;
}

async fn handshake(
    acceptor: &TlsAcceptor,
    stream: TcpStream,
) -> Option<tokio_rustls::server::TlsStream<TcpStream>> {
    tokio::time::timeout(HEADERS, acceptor.accept(stream)).await.ok()?.ok()
}

async fn connection<S>(stream: S, router: Router, mut stopping: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(64 << 10)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopping.wait_for(|stop| *stop) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}
