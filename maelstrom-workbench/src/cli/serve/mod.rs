//! `serve`: a page with the stored runs, and their files; and reports of runs that go on.

mod file;
mod live;
mod page;

use std::{
    error::Error,
    fs::File,
    io,
    net::{IpAddr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::Duration,
};

use clap::Args;
use maelstrom_workbench::checker::Verdict;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use tiny_http::{Header, Method, Request, Response, Server};

use self::live::Live;
use super::Status;

/// So many are answered at once.
const THREADS: usize = 8;
/// So long a client may take or give nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// What `serve` takes.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Where runs are kept
    #[arg(long, value_name = "DIR", default_value = "store")]
    store: PathBuf,

    /// The port; 0 takes a free one
    #[arg(long, value_name = "N", default_value = "8080")]
    port: u16,

    /// The address; any but a loopback one shows the store to others
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    bind: IpAddr,
}

/// Prints where the page is, and answers until it is stopped.
pub(super) fn run(serve: &Serve) -> Status {
    match listen(serve) {
        Ok(()) => Status::Judged(Verdict::Valid),
        Err(error) => {
            eprintln!("{error}");
            Status::Failed
        }
    }
}

fn listen(serve: &Serve) -> io::Result<()> {
    let named =
        |what: String, error: &dyn ToString| io::Error::other(format!("{what}: {}", error.to_string()));
    let store =
        serve.store.canonicalize().map_err(|error| named(serve.store.display().to_string(), &error))?;
    let address = SocketAddr::new(serve.bind, serve.port);
    let server = server(address).map_err(|error| named(address.to_string(), &error))?;
    let address = server.server_addr().to_ip().unwrap_or(address);
    println!("http://{address}/ has the runs of {}", store.display());
    let (tell, told) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            let (tell, server, store) = (tell.clone(), &server, &store);
            scope.spawn(move || {
                loop {
                    match server.recv() {
                        // Who has gone meanwhile needs no answer.
                        Ok(request) => drop(answer(request, store, serve.bind)),
                        Err(error) => break tell.send(error),
                    }
                }
            });
        }
        // The others do not learn of it, and there is nothing left to answer.
        told.recv().map_or_else(|_| Ok(()), |error| Err(named(address.to_string(), &error)))
    })
}

/// Listens. Clients that take or give nothing for a while are given up, so that they do not keep the threads for
/// themselves: connections have the time-outs of what they came through.
fn server(address: SocketAddr) -> Result<Server, Box<dyn Error + Send + Sync>> {
    let listener = TcpListener::bind(address)?;
    for timeout in [Timeout::Send, Timeout::Recv] {
        set_socket_timeout(&listener, timeout, Some(PATIENCE))?;
    }
    Server::from_listener(listener, None)
}

fn answer(request: Request, store: &Path, bind: IpAddr) -> io::Result<()> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return request.respond(Response::from_string("only GET and HEAD").with_status_code(405));
    }
    if bind.is_loopback() && !is_for_loopback(&request) {
        // A page elsewhere that has its name resolved to this machine is not to read the store.
        return request
            .respond(Response::from_string("this is for 127.0.0.1 and localhost").with_status_code(403));
    }
    let path = request.url().split(['?', '#']).next().unwrap_or_default();
    if path == "/" {
        let page = Response::from_string(page::page(store)).with_header(header("Content-Type", page::TYPE));
        return request.respond(page.with_header(header("Content-Security-Policy", page::POLICY)));
    }
    match found(store, path) {
        Some(Found::File(file, kind)) => {
            let file = Response::from_file(file).with_header(header("Content-Type", kind));
            request.respond(file.with_header(header("X-Content-Type-Options", "nosniff")))
        }
        Some(Found::Live(Live { page, again })) => {
            let mut page = Response::from_string(page).with_header(header("Content-Type", page::TYPE));
            page.add_header(header("Cache-Control", "no-store"));
            if let Some(again) = again {
                page.add_header(header("Refresh", &again.as_secs().to_string()));
            }
            request.respond(page)
        }
        // What is there and not to be had looks like what is not there.
        None => request.respond(Response::from_string("there is no such file").with_status_code(404)),
    }
}

enum Found {
    File(File, &'static str),
    Live(Live),
}

/// What is at a path. A run may end, and leave its report, just after that was looked for, so this is done twice.
fn found(store: &Path, path: &str) -> Option<Found> {
    let file = || file::open(store, path).ok().map(|(file, kind)| Found::File(file, kind));
    file().or_else(|| live::report(store, path).ok().map(Found::Live)).or_else(file)
}

/// Whether the request names this machine as one does from this machine.
fn is_for_loopback(request: &Request) -> bool {
    let host = request.headers().iter().find(|header| header.field.equiv("Host"));
    let host = host.map_or("", |header| header.value.as_str());
    if let Ok(address) = host.parse::<SocketAddr>() {
        return address.ip().is_loopback();
    }
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("both are words of ours")
}
