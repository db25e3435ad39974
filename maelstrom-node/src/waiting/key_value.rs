//! Maelstrom's services: three stores of keys and values, and a source of timestamps.

use std::{
    fmt,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use rand::RngExt;
use serde::{Serialize, Serializer, de::DeserializeOwned};

use super::{
    BoxFuture, Call, Request, Sleep,
    call::{TIMEOUT, within},
    reply::{Empty, Field},
};
use crate::{
    core::Core,
    encode::Payload,
    error::{Error, ErrorCode, Result},
    node_id::NodeId,
};

/// How long an update may take with all its tries, unless something else is said.
const UPDATE: Duration = Duration::from_secs(3);
/// The longest first pause after a lost race; it doubles with each further one, up to a limit.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// A store of keys and values: [`lin_kv`](crate::Context::lin_kv), [`seq_kv`](crate::Context::seq_kv) or
/// [`lww_kv`](crate::Context::lww_kv), which say what each promises. Keys and values are anything that serde writes.
///
/// What a request that was not answered in time has done is open: a write, a `cas` or an update may have happened.
#[derive(Clone)]
pub struct KeyValue {
    core: Rc<Core>,
    name: NodeId,
    timeout: Option<Duration>,
    retries: u32,
}

impl KeyValue {
    pub(crate) fn new(core: &Rc<Core>, name: &str) -> Self {
        Self { core: Rc::clone(core), name: name.into(), timeout: None, retries: 0 }
    }

    /// How long an operation may take, each of its tries if it has [`retries`](Self::retries): a second, if nothing is
    /// said. And how long an [`update`](Self::update) may take with all that it asks: three seconds, if nothing is said.
    #[must_use]
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }

    /// Makes each request again, up to so many times, as [`Call::retries`] does: for reads, and for what does no harm
    /// when it is done twice.
    #[must_use]
    pub fn retries(mut self, times: u32) -> Self {
        self.retries = times;
        self
    }

    /// The value of a key; error 20 if it has none.
    pub fn read<V>(&self, key: impl Serialize) -> Call<V, Field> {
        self.call(&Operation::<_, ()>::new("read", key), "read_ok", Field("value"))
    }

    /// The value of a key, or this one if it has none.
    pub fn read_or<V, K>(&self, key: K, default: V) -> impl Future<Output = Result<V>> + use<V, K>
    where
        V: DeserializeOwned,
        K: Serialize,
    {
        let read = self.read(key);
        async move {
            match read.await {
                Err(error) if error.code() == ErrorCode::KeyDoesNotExist => Ok(default),
                result => result,
            }
        }
    }

    /// Gives a key a value, whether it had one or not.
    pub fn write(&self, key: impl Serialize, value: impl Serialize) -> Call<(), Empty> {
        let operation = Operation { value: Some(value), ..Operation::new("write", key) };
        self.call(&operation, "write_ok", Empty)
    }

    /// Changes a key's value from one to another; error 22 if it has a third, and 20 if it has none.
    pub fn cas(&self, key: impl Serialize, from: impl Serialize, to: impl Serialize) -> Call<(), Empty> {
        let cas = Cas { key, from, to, create_if_not_exists: false };
        self.call(&cas, "cas_ok", Empty)
    }

    /// As [`cas`](Self::cas), and a key that has no value gets the new one.
    pub fn cas_or_create(
        &self,
        key: impl Serialize,
        from: impl Serialize,
        to: impl Serialize,
    ) -> Call<(), Empty> {
        let cas = Cas { key, from, to, create_if_not_exists: true };
        self.call(&cas, "cas_ok", Empty)
    }

    /// Reads a key (or takes `default`), changes the value, and writes it if nobody else has done so meanwhile; else all
    /// over again, until it wins or the time is up. Returns the new value. `change` runs once for each try.
    ///
    /// ```
    /// # use maelstrom::{Context, Node, Result};
    /// async fn add<N: Node>(ctx: &Context<N>, delta: u64) -> Result<u64> {
    ///     ctx.lin_kv().update("total", 0, move |total: u64| total + delta).await
    /// }
    /// ```
    ///
    /// An error with code 0 leaves open whether the last try has won: an update that must not happen twice can't just
    /// be made again.
    pub fn update<V, K>(&self, key: K, default: V, mut change: impl FnMut(V) -> V + 'static) -> Update<V>
    where
        V: Serialize + DeserializeOwned + Clone + 'static,
        K: Serialize + Clone + 'static,
    {
        let store = self.clone();
        let core = Rc::clone(&self.core);
        let limit = self.timeout.unwrap_or(UPDATE);
        let tries = async move {
            let mut pause = FIRST_PAUSE;
            loop {
                // A read does no harm when it is made twice.
                let old = match store.read::<V>(key.clone()).retries(u32::MAX).await {
                    Err(error) if error.code() == ErrorCode::KeyDoesNotExist => default.clone(),
                    old => old?,
                };
                let new = change(old.clone());
                match store.cas_or_create(key.clone(), &old, &new).await {
                    Err(error) if lost_race(&error) => {}
                    result => return result.map(|()| new),
                }
                let jittered = store.core.rng().borrow_mut().random_range(Duration::ZERO..pause);
                Sleep::new(&store.core, jittered).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        };
        let name = self.name.clone();
        Update(Box::pin(async move {
            within(&core, limit, format_args!("an update in {name} did not win"), tries).await
        }))
    }

    fn call<T, S>(&self, payload: &impl Serialize, kind: &'static str, shape: S) -> Call<T, S> {
        Request::new(&self.core, self.name.clone(), payload)
            .call(Some(kind), shape)
            .timeout(self.timeout.unwrap_or(TIMEOUT))
            .retries(self.retries)
    }
}

/// Somebody else was faster.
fn lost_race(error: &Error) -> bool {
    matches!(error.code(), ErrorCode::PreconditionFailed | ErrorCode::KeyDoesNotExist)
}

/// A request about one key: `read`, and `write` with a value.
struct Operation<K, V> {
    kind: &'static str,
    key: K,
    value: Option<V>,
}

impl<K, V> Operation<K, V> {
    fn new(kind: &'static str, key: K) -> Self {
        Self { kind, key, value: None }
    }
}

impl<K: Serialize, V: Serialize> Serialize for Operation<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let payload = Payload::new(serializer, self.kind).field("key", &self.key);
        match &self.value {
            Some(value) => payload.field("value", value).end(),
            None => payload.end(),
        }
    }
}

struct Cas<K, F, T> {
    key: K,
    from: F,
    to: T,
    create_if_not_exists: bool,
}

impl<K: Serialize, F: Serialize, T: Serialize> Serialize for Cas<K, F, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let payload = Payload::new(serializer, "cas").field("key", &self.key);
        let payload = payload.field("from", &self.from).field("to", &self.to);
        if self.create_if_not_exists {
            payload.field("create_if_not_exists", &true).end()
        } else {
            payload.end()
        }
    }
}

/// An update under way. Made by [`KeyValue::update`].
#[must_use = "an update is made when it is awaited"]
pub struct Update<V>(BoxFuture<Result<V>>);

impl<V> Future for Update<V> {
    type Output = Result<V>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<V>> {
        self.0.as_mut().poll(cx)
    }
}

impl<V> fmt::Debug for Update<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Update")
    }
}

impl fmt::Debug for KeyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyValue").field(&self.name).finish()
    }
}

/// A source of timestamps: 0, 1, 2, … over the whole cluster. Made by [`Context::lin_tso`](crate::Context::lin_tso).
#[derive(Clone)]
pub struct Timestamps {
    core: Rc<Core>,
}

impl Timestamps {
    pub(crate) fn new(core: &Rc<Core>) -> Self {
        Self { core: Rc::clone(core) }
    }

    /// The next timestamp. It is greater than each that was given before this one was asked for.
    pub fn ts(&self) -> Call<u64, Field> {
        Request::new(&self.core, "lin-tso".into(), &Ts).call(Some("ts_ok"), Field("ts"))
    }
}

struct Ts;

impl Serialize for Ts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Payload::new(serializer, "ts").end()
    }
}

impl fmt::Debug for Timestamps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Timestamps")
    }
}
