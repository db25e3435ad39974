/// Every message that `Counter` receives or sends.
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
pub enum CounterPayload<'m> {
    /// Adds to the total, which a service keeps.
    Add {
        /// The field `delta`.
        delta: u64,
    },
    /// The reply of `add`.
    AddOk,
    /// The message `read`.
    Read,
    /// The reply of `read`.
    ReadOk {
        /// The field `value`.
        value: u64,
    },
    /// Not `async`: no clone, no task.
    Cached,
    /// The reply of `cached`.
    CachedOk {
        /// The field `values`.
        values: Ref<'m, BTreeMap<NodeId, u64>>,
    },
    /// The message `gossip`.
    #[cfg(feature = "gossip")]
    Gossip {
        /// The field `totals`.
        totals: Vec<u64>,
    },
}
#[automatically_derived]
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
impl<'m> CounterPayload<'m> {
    /// Decodes a message that this node has a handler for; `None` if it has none for its type.
    pub fn decode(
        incoming: &::maelstrom::RawPayload<'m>,
    ) -> ::maelstrom::Result<::core::option::Option<Self>> {
        ::core::result::Result::Ok(
            match incoming.kind() {
                "add" => {
                    ::core::option::Option::Some(Self::Add {
                        delta: incoming.field::<u64>("delta")?,
                    })
                }
                "read" => ::core::option::Option::Some(Self::Read),
                "cached" => ::core::option::Option::Some(Self::Cached),
                #[cfg(feature = "gossip")]
                "gossip" => {
                    ::core::option::Option::Some(Self::Gossip {
                        totals: incoming.field::<Vec<u64>>("totals")?,
                    })
                }
                _ => ::core::option::Option::None,
            },
        )
    }
}
#[automatically_derived]
impl<'m> ::maelstrom::__private::Serialize for CounterPayload<'m> {
    fn serialize<S: ::maelstrom::__private::Serializer>(
        &self,
        serializer: S,
    ) -> ::core::result::Result<S::Ok, S::Error> {
        match self {
            Self::Add { delta } => {
                ::maelstrom::Payload::new(serializer, "add")
                    .field::<u64>("delta", delta)
                    .end()
            }
            Self::AddOk => ::maelstrom::Payload::new(serializer, "add_ok").end(),
            Self::Read => ::maelstrom::Payload::new(serializer, "read").end(),
            Self::ReadOk { value } => {
                ::maelstrom::Payload::new(serializer, "read_ok")
                    .field::<u64>("value", value)
                    .end()
            }
            Self::Cached => ::maelstrom::Payload::new(serializer, "cached").end(),
            Self::CachedOk { values } => {
                ::maelstrom::Payload::new(serializer, "cached_ok")
                    .field::<BTreeMap<NodeId, u64>>("values", values)
                    .end()
            }
            #[cfg(feature = "gossip")]
            Self::Gossip { totals } => {
                ::maelstrom::Payload::new(serializer, "gossip")
                    .field::<Vec<u64>>("totals", totals)
                    .end()
            }
        }
    }
}
#[automatically_derived]
impl<'m> ::core::fmt::Debug for CounterPayload<'m> {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::maelstrom::__private::debug_payload(self, f)
    }
}
/// What timers and injectors bring to `Counter`.
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
pub enum CounterEvent {
    /// The timer `refresh`.
    Refresh,
    /// The event `arrived`.
    Arrived {
        /// The parameter `total`.
        total: u64,
    },
}
#[automatically_derived]
impl ::core::fmt::Debug for CounterEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::Refresh { .. } => f.write_str("Refresh"),
            Self::Arrived { .. } => f.write_str("Arrived"),
        }
    }
}
/// Sends to other `Counter` nodes what they have handlers for, and asks one of them. Made by `ctx.peers` and `ctx.peer`.
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
pub struct CounterClient<'c, To: ::maelstrom::Recipients>(
    ::maelstrom::Link<'c, Counter, To>,
);
#[automatically_derived]
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
impl<'c, To: ::maelstrom::Recipients> CounterClient<'c, To> {
    /// Sends `gossip`.
    #[cfg(feature = "gossip")]
    pub fn gossip(&self, totals: Vec<u64>) {
        self.0.send(&CounterPayload::Gossip { totals });
    }
}
#[automatically_derived]
impl<
    'c,
    To: ::maelstrom::Recipients,
> ::core::convert::From<::maelstrom::Link<'c, Counter, To>> for CounterClient<'c, To> {
    fn from(link: ::maelstrom::Link<'c, Counter, To>) -> Self {
        Self(link)
    }
}
#[automatically_derived]
impl<'c, To: ::maelstrom::Recipients> ::core::fmt::Debug for CounterClient<'c, To> {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
#[automatically_derived]
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
impl CounterClient<'_, ::maelstrom::NodeId> {
    /// Adds to the total, which a service keeps.
    pub fn add(&self, delta: u64) -> ::maelstrom::Call<(), ::maelstrom::reply::Empty> {
        self.0.call(&CounterPayload::Add { delta }, "add_ok", ::maelstrom::reply::Empty)
    }
    /// Requests `read`.
    pub fn read(&self) -> ::maelstrom::Call<u64, ::maelstrom::reply::Field> {
        self.0.call(&CounterPayload::Read, "read_ok", ::maelstrom::reply::Field("value"))
    }
    /// Not `async`: no clone, no task.
    pub fn cached(
        &self,
    ) -> ::maelstrom::Call<BTreeMap<NodeId, u64>, ::maelstrom::reply::Field> {
        self.0
            .call(
                &CounterPayload::Cached,
                "cached_ok",
                ::maelstrom::reply::Field("values"),
            )
    }
}
#[automatically_derived]
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
impl ::maelstrom::Node for Counter {
    type State = ::std::rc::Rc<Self>;
    type Event = CounterEvent;
    type Client<'c, To: ::maelstrom::Recipients> = CounterClient<'c, To>;
    type Config = Config;
    fn init(
        ctx: &::maelstrom::Context<Self>,
        config: Config,
    ) -> ::maelstrom::Work<::std::rc::Rc<Self>> {
        let ctx = ctx.detached();
        ::maelstrom::Work::later(async move {
            ::core::result::Result::Ok(
                ::std::rc::Rc::new(
                    ::maelstrom::__private::fallible::<
                        _,
                        _,
                    >(Self::new(&ctx, config).await)?,
                ),
            )
        })
    }
    fn timers(&self) -> ::std::vec::Vec<::maelstrom::Every<CounterEvent>> {
        ::core::convert::From::from([
            ::maelstrom::Every::new(
                "refresh",
                ::core::time::Duration::from_millis(300u64),
                || CounterEvent::Refresh,
            ),
        ])
    }
    fn receive(
        state: &mut ::std::rc::Rc<Self>,
        ctx: &::maelstrom::Context<Self>,
        message: &::maelstrom::RawMessage<'_>,
    ) -> ::maelstrom::Result<()> {
        let ::core::option::Option::Some(incoming) = CounterPayload::decode(
            &message.body.payload,
        )? else {
            return ::core::result::Result::Err(message.body.payload.not_supported());
        };
        match incoming {
            CounterPayload::Add { delta } => {
                let node = ::std::rc::Rc::clone(state);
                ctx.run(
                    "add",
                    async move |ctx: &::maelstrom::Context<Self>| {
                        ::maelstrom::__private::fallible::<
                            _,
                            _,
                        >(Self::add(&node, ctx, delta).await)?;
                        ctx.reply(&CounterPayload::AddOk);
                        ::core::result::Result::Ok(())
                    },
                );
            }
            CounterPayload::Read => {
                let node = ::std::rc::Rc::clone(state);
                ctx.run(
                    "read",
                    async move |ctx: &::maelstrom::Context<Self>| {
                        let value = ::maelstrom::__private::fallible::<
                            _,
                            _,
                        >(Self::read(&node, ctx).await)?;
                        ctx.reply(&CounterPayload::ReadOk { value });
                        ::core::result::Result::Ok(())
                    },
                );
            }
            CounterPayload::Cached => {
                let values = Self::cached(state);
                ctx.reply(&CounterPayload::CachedOk { values });
            }
            #[cfg(feature = "gossip")]
            CounterPayload::Gossip { totals } => {
                let node = ::std::rc::Rc::clone(state);
                ctx.run(
                    "gossip",
                    async move |ctx: &::maelstrom::Context<Self>| {
                        Self::gossip(&node, totals).await;
                        ::core::result::Result::Ok(())
                    },
                );
            }
            _ => {}
        }
        ::core::result::Result::Ok(())
    }
    fn event(
        state: &mut ::std::rc::Rc<Self>,
        ctx: &::maelstrom::Context<Self>,
        event: CounterEvent,
    ) -> ::maelstrom::Result<()> {
        match event {
            CounterEvent::Refresh => {
                let node = ::std::rc::Rc::clone(state);
                ctx.run(
                    "refresh",
                    async move |ctx: &::maelstrom::Context<Self>| {
                        Self::refresh(&node, ctx).await;
                        ::core::result::Result::Ok(())
                    },
                );
                ::core::result::Result::Ok(())
            }
            CounterEvent::Arrived { total } => {
                let node = ::std::rc::Rc::clone(state);
                ctx.run(
                    "arrived",
                    async move |ctx: &::maelstrom::Context<Self>| {
                        ::maelstrom::__private::fallible::<
                            _,
                            _,
                        >(Self::arrived(&node, total).await)?;
                        ::core::result::Result::Ok(())
                    },
                );
                ::core::result::Result::Ok(())
            }
        }
    }
    fn shutdown(
        state: &mut ::std::rc::Rc<Self>,
        ctx: &::maelstrom::Context<Self>,
    ) -> ::maelstrom::Work<()> {
        let node = ::std::rc::Rc::clone(state);
        let ctx = ctx.detached();
        ::maelstrom::Work::later(async move {
            Self::close(&node, &ctx).await;
            ::core::result::Result::Ok(())
        })
    }
}
