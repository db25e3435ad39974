/// Every message that `Everything` receives or sends.
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
pub enum EverythingPayload<'m, K: Key + 'static, const N: usize>
where
    K: 'static,
{
    /// Two fields from a tuple; the second is a guard.
    GetAll,
    /// The reply of `get_all`.
    All {
        /// The field `version`.
        version: u64,
        /// The field `entries`.
        entries: Ref<'m, BTreeMap<K, u64>>,
    },
    /// The message `status`.
    Status {
        /// The field `how-much`.
        depth: u8,
    },
    /// The reply of `status`.
    StatusOk(Status<'m>),
    /// The message `get`.
    Get {
        /// The field `key`.
        key: K,
    },
    /// The reply of `get`.
    GetOk {
        /// The field `value`.
        value: <Everything<K, N>>::Value,
    },
    /// The message `echo`.
    Echo {
        /// The field `echo`.
        echo: &'m RawValue,
        /// The field `prefix`.
        prefix: Cow<'m, str>,
        /// The field `in`.
        r#in: ::std::borrow::Cow<'m, str>,
    },
    /// The reply of `echo`.
    EchoOk {
        /// The field `echo`.
        echo: &'m RawValue,
    },
    /// The message `merge`.
    #[cfg(feature = "merge")]
    Merge {
        /// The field `entries`.
        entries: ::maelstrom::Lent<'m, ::std::vec::Vec<(K, u64)>, [(K, u64)]>,
        /// The field `state`.
        state: ::maelstrom::Lent<'m, Clock>,
    },
    #[doc(hidden)]
    __Parameters(::core::convert::Infallible, ::core::marker::PhantomData<(&'m (), K)>),
}
#[automatically_derived]
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
impl<'m, K: Key + 'static, const N: usize> EverythingPayload<'m, K, N>
where
    K: 'static,
{
    /// Decodes a message that this node has a handler for; `None` if it has none for its type.
    pub fn decode(
        incoming: &::maelstrom::RawPayload<'m>,
    ) -> ::maelstrom::Result<::core::option::Option<Self>> {
        ::core::result::Result::Ok(
            match incoming.kind() {
                "get-all" => ::core::option::Option::Some(Self::GetAll),
                "status" => {
                    ::core::option::Option::Some(Self::Status {
                        depth: incoming.field_or_else::<u8>("how-much", usual)?,
                    })
                }
                "get" => {
                    ::core::option::Option::Some(Self::Get {
                        key: incoming.field::<K>("key")?,
                    })
                }
                "echo" => {
                    ::core::option::Option::Some(Self::Echo {
                        echo: incoming.field::<&'m RawValue>("echo")?,
                        prefix: incoming.str_field("prefix")?,
                        r#in: incoming
                            .str_field_or_else(
                                "in",
                                || ::core::default::Default::default(),
                            )?,
                    })
                }
                #[cfg(feature = "merge")]
                "merge" => {
                    ::core::option::Option::Some(Self::Merge {
                        entries: ::maelstrom::Lent::Owned(
                            incoming.field::<::std::vec::Vec<(K, u64)>>("entries")?,
                        ),
                        state: ::maelstrom::Lent::Owned(
                            incoming.field::<Clock>("state")?,
                        ),
                    })
                }
                _ => ::core::option::Option::None,
            },
        )
    }
}
#[automatically_derived]
impl<'m, K: Key + 'static, const N: usize> ::maelstrom::__private::Serialize
for EverythingPayload<'m, K, N>
where
    K: 'static,
{
    fn serialize<S: ::maelstrom::__private::Serializer>(
        &self,
        serializer: S,
    ) -> ::core::result::Result<S::Ok, S::Error> {
        match self {
            Self::GetAll => ::maelstrom::Payload::new(serializer, "get-all").end(),
            Self::All { version, entries } => {
                ::maelstrom::Payload::new(serializer, "all")
                    .field::<u64>("version", version)
                    .field::<BTreeMap<K, u64>>("entries", entries)
                    .end()
            }
            Self::Status { depth } => {
                ::maelstrom::Payload::new(serializer, "status")
                    .field::<u8>("how-much", depth)
                    .end()
            }
            Self::StatusOk(incoming) => {
                ::maelstrom::Payload::new(serializer, "status_ok")
                    .fields::<Status<'m>>(incoming)
                    .end()
            }
            Self::Get { key } => {
                ::maelstrom::Payload::new(serializer, "get").field::<K>("key", key).end()
            }
            Self::GetOk { value } => {
                ::maelstrom::Payload::new(serializer, "get_ok")
                    .field::<<Everything<K, N>>::Value>("value", value)
                    .end()
            }
            Self::Echo { echo, prefix, r#in } => {
                ::maelstrom::Payload::new(serializer, "echo")
                    .field::<RawValue>("echo", echo)
                    .field("prefix", prefix)
                    .field("in", r#in)
                    .end()
            }
            Self::EchoOk { echo } => {
                ::maelstrom::Payload::new(serializer, "echo_ok")
                    .field::<RawValue>("echo", echo)
                    .end()
            }
            #[cfg(feature = "merge")]
            Self::Merge { entries, state } => {
                ::maelstrom::Payload::new(serializer, "merge")
                    .field::<[(K, u64)]>("entries", entries)
                    .field::<Clock>("state", state)
                    .end()
            }
            Self::__Parameters(never, _) => match *never {}
        }
    }
}
#[automatically_derived]
impl<'m, K: Key + 'static, const N: usize> ::core::fmt::Debug
for EverythingPayload<'m, K, N>
where
    K: 'static,
{
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::maelstrom::__private::debug_payload(self, f)
    }
}
/// What timers and injectors bring to `Everything`.
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
pub enum EverythingEvent<K: Key + 'static, const N: usize>
where
    K: 'static,
{
    /// The timer `tick`.
    Tick,
    /// The time is up.
    Timeout {
        /// The parameter `term`.
        term: u64,
    },
    #[doc(hidden)]
    __Parameters(::core::convert::Infallible, ::core::marker::PhantomData<fn() -> (K,)>),
}
#[automatically_derived]
impl<K: Key + 'static, const N: usize> ::core::fmt::Debug for EverythingEvent<K, N>
where
    K: 'static,
{
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::Tick { .. } => f.write_str("Tick"),
            Self::Timeout { .. } => f.write_str("Timeout"),
            Self::__Parameters(never, _) => match *never {}
        }
    }
}
/// Sends to other `Everything` nodes what they have handlers for, and asks one of them. Made by `ctx.peers` and `ctx.peer`.
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
pub struct EverythingClient<
    'c,
    K: Key + 'static,
    const N: usize,
    To: ::maelstrom::Recipients,
>(
    ::maelstrom::Link<'c, Everything<K, N>, To>,
)
where
    K: 'static;
#[automatically_derived]
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
impl<
    'c,
    K: Key + 'static,
    const N: usize,
    To: ::maelstrom::Recipients,
> EverythingClient<'c, K, N, To>
where
    K: 'static,
{
    /// Sends `merge`.
    #[cfg(feature = "merge")]
    pub fn merge(&self, entries: &[(K, u64)], state: &Clock) {
        self.0
            .send::<
                EverythingPayload<'_, K, N>,
            >(
                &EverythingPayload::Merge {
                    entries: ::maelstrom::Lent::Borrowed(entries),
                    state: ::maelstrom::Lent::Borrowed(state),
                },
            );
    }
}
#[automatically_derived]
impl<
    'c,
    K: Key + 'static,
    const N: usize,
    To: ::maelstrom::Recipients,
> ::core::convert::From<::maelstrom::Link<'c, Everything<K, N>, To>>
for EverythingClient<'c, K, N, To>
where
    K: 'static,
{
    fn from(link: ::maelstrom::Link<'c, Everything<K, N>, To>) -> Self {
        Self(link)
    }
}
#[automatically_derived]
impl<
    'c,
    K: Key + 'static,
    const N: usize,
    To: ::maelstrom::Recipients,
> ::core::fmt::Debug for EverythingClient<'c, K, N, To>
where
    K: 'static,
{
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
#[automatically_derived]
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
impl<K: Key + 'static, const N: usize> EverythingClient<'_, K, N, ::maelstrom::NodeId>
where
    K: 'static,
{
    /// Two fields from a tuple; the second is a guard.
    pub fn get_all(
        &self,
    ) -> ::maelstrom::Call<(u64, BTreeMap<K, u64>), ::maelstrom::reply::Fields<2>> {
        self.0
            .call::<
                _,
                _,
                EverythingPayload<'_, K, N>,
            >(
                &EverythingPayload::GetAll,
                "all",
                ::maelstrom::reply::Fields(["version", "entries"]),
            )
    }
    /// Requests `status`.
    pub fn status(
        &self,
        depth: u8,
    ) -> ::maelstrom::Call<Status<'static>, ::maelstrom::reply::Flat> {
        self.0
            .call::<
                _,
                _,
                EverythingPayload<'_, K, N>,
            >(
                &EverythingPayload::Status { depth },
                "status_ok",
                ::maelstrom::reply::Flat,
            )
    }
    /// Requests `get`.
    pub fn get(
        &self,
        key: K,
    ) -> ::maelstrom::Call<<Everything<K, N>>::Value, ::maelstrom::reply::Field> {
        self.0
            .call::<
                _,
                _,
                EverythingPayload<'_, K, N>,
            >(
                &EverythingPayload::Get { key },
                "get_ok",
                ::maelstrom::reply::Field("value"),
            )
    }
    /// Requests `echo`.
    pub fn echo(
        &self,
        echo: &'_ RawValue,
        prefix: Cow<'_, str>,
        r#in: &str,
    ) -> ::maelstrom::Call<::std::boxed::Box<RawValue>, ::maelstrom::reply::Field> {
        self.0
            .call::<
                _,
                _,
                EverythingPayload<'_, K, N>,
            >(
                &EverythingPayload::Echo {
                    echo,
                    prefix,
                    r#in: ::std::borrow::Cow::Borrowed(r#in),
                },
                "echo_ok",
                ::maelstrom::reply::Field("echo"),
            )
    }
}
#[automatically_derived]
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
impl<K: Key + 'static, const N: usize> ::maelstrom::Node for Everything<K, N>
where
    K: 'static,
{
    type State = Self;
    type Event = EverythingEvent<K, N>;
    type Client<'c, To: ::maelstrom::Recipients> = EverythingClient<'c, K, N, To>;
    type Config = Config;
    fn init(
        ctx: &::maelstrom::Context<Self>,
        config: Config,
    ) -> ::maelstrom::Work<Self> {
        ::maelstrom::Work::done(
            ::maelstrom::__private::fallible::<_, _>(Self::new(ctx, config)),
        )
    }
    fn timers(&self) -> ::std::vec::Vec<::maelstrom::Every<EverythingEvent<K, N>>> {
        ::core::convert::From::from([
            ::maelstrom::Every::new("tick", self.interval, || EverythingEvent::Tick)
                .jitter(::core::time::Duration::from_millis(50u64)),
        ])
    }
    fn receive(
        state: &mut Self,
        ctx: &::maelstrom::Context<Self>,
        message: &::maelstrom::RawMessage<'_>,
    ) -> ::maelstrom::Result<()> {
        let ::core::option::Option::Some(incoming) = EverythingPayload::<
            K,
            N,
        >::decode(&message.body.payload)? else {
            Self::other(state, ctx, message);
            return ::core::result::Result::Ok(());
        };
        match incoming {
            EverythingPayload::GetAll => {
                let (version, entries) = ::maelstrom::__private::fallible::<
                    _,
                    _,
                >(Self::get_all(state))?;
                ctx.reply::<
                        EverythingPayload<'_, K, N>,
                    >(
                    &EverythingPayload::All {
                        version,
                        entries,
                    },
                );
            }
            EverythingPayload::Status { depth } => {
                let reply = Self::status(state, depth);
                ctx.reply::<
                        EverythingPayload<'_, K, N>,
                    >(&EverythingPayload::StatusOk(reply));
            }
            EverythingPayload::Get { key } => {
                ctx.reply_later::<
                        _,
                        EverythingPayload<'_, K, N>,
                    >(
                    Self::get(state, ctx, key),
                    |value| EverythingPayload::GetOk { value },
                );
            }
            EverythingPayload::Echo { echo, prefix, r#in } => {
                let echo = Self::echo(state, echo, prefix, &r#in);
                ctx.reply::<
                        EverythingPayload<'_, K, N>,
                    >(&EverythingPayload::EchoOk { echo });
            }
            #[cfg(feature = "merge")]
            EverythingPayload::Merge { entries, state } => {
                ::maelstrom::__private::fallible::<
                    _,
                    _,
                >(Self::merge(state, &entries, &state))?;
            }
            _ => {}
        }
        ::core::result::Result::Ok(())
    }
    fn event(
        state: &mut Self,
        ctx: &::maelstrom::Context<Self>,
        event: EverythingEvent<K, N>,
    ) -> ::maelstrom::Result<()> {
        match event {
            EverythingEvent::Tick => {
                Self::tick(state);
                ::core::result::Result::Ok(())
            }
            EverythingEvent::Timeout { term } => {
                ::maelstrom::__private::fallible::<
                    _,
                    _,
                >(Self::timeout(state, ctx, term))?;
                ::core::result::Result::Ok(())
            }
            EverythingEvent::__Parameters(never, _) => match never {}
        }
    }
    fn shutdown(
        state: &mut Self,
        ctx: &::maelstrom::Context<Self>,
    ) -> ::maelstrom::Work<()> {
        Self::close(state);
        ::maelstrom::Work::done(::core::result::Result::Ok(()))
    }
}
