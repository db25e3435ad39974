/// Every message that `Broadcast` receives or sends.
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
pub enum BroadcastPayload<'m> {
    /// `{"type": "broadcast", "message": 7}` → `{"type": "broadcast_ok"}`
    Broadcast {
        /// The field `message`.
        message: u64,
    },
    /// The reply of `broadcast`.
    BroadcastOk,
    /// The value goes under `messages`; a reference is serialised where it lies, nothing is cloned.
    Read,
    /// The reply of `read`.
    ReadOk {
        /// The field `messages`.
        messages: &'m BTreeSet<u64>,
    },
    /// The message `topology`.
    Topology {
        /// The field `topology`.
        topology: HashMap<NodeId, Vec<NodeId>>,
    },
    /// The reply of `topology`.
    TopologyOk,
    /// Node to node, no reply.
    Gossip {
        /// The field `seen`.
        seen: ::maelstrom::Lent<'m, ::std::vec::Vec<u64>, [u64]>,
    },
}
#[automatically_derived]
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
impl<'m> BroadcastPayload<'m> {
    /// Decodes a message that this node has a handler for; `None` if it has none for its type.
    pub fn decode(
        incoming: &::maelstrom::RawPayload<'m>,
    ) -> ::maelstrom::Result<::core::option::Option<Self>> {
        ::core::result::Result::Ok(
            match incoming.kind() {
                "broadcast" => {
                    ::core::option::Option::Some(Self::Broadcast {
                        message: incoming.field::<u64>("message")?,
                    })
                }
                "read" => ::core::option::Option::Some(Self::Read),
                "topology" => {
                    ::core::option::Option::Some(Self::Topology {
                        topology: incoming
                            .field::<HashMap<NodeId, Vec<NodeId>>>("topology")?,
                    })
                }
                "gossip" => {
                    ::core::option::Option::Some(Self::Gossip {
                        seen: ::maelstrom::Lent::Owned(
                            incoming.field::<::std::vec::Vec<u64>>("seen")?,
                        ),
                    })
                }
                _ => ::core::option::Option::None,
            },
        )
    }
}
#[automatically_derived]
impl<'m> ::maelstrom::__private::Serialize for BroadcastPayload<'m> {
    fn serialize<S: ::maelstrom::__private::Serializer>(
        &self,
        serializer: S,
    ) -> ::core::result::Result<S::Ok, S::Error> {
        match self {
            Self::Broadcast { message } => {
                ::maelstrom::Payload::new(serializer, "broadcast")
                    .field::<u64>("message", message)
                    .end()
            }
            Self::BroadcastOk => {
                ::maelstrom::Payload::new(serializer, "broadcast_ok").end()
            }
            Self::Read => ::maelstrom::Payload::new(serializer, "read").end(),
            Self::ReadOk { messages } => {
                ::maelstrom::Payload::new(serializer, "read_ok")
                    .field::<BTreeSet<u64>>("messages", messages)
                    .end()
            }
            Self::Topology { topology } => {
                ::maelstrom::Payload::new(serializer, "topology")
                    .field::<HashMap<NodeId, Vec<NodeId>>>("topology", topology)
                    .end()
            }
            Self::TopologyOk => {
                ::maelstrom::Payload::new(serializer, "topology_ok").end()
            }
            Self::Gossip { seen } => {
                ::maelstrom::Payload::new(serializer, "gossip")
                    .field::<[u64]>("seen", seen)
                    .end()
            }
        }
    }
}
#[automatically_derived]
impl<'m> ::core::fmt::Debug for BroadcastPayload<'m> {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::maelstrom::__private::debug_payload(self, f)
    }
}
/// What timers and injectors bring to `Broadcast`.
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
pub enum BroadcastEvent {
    /// The timer `spread`.
    Spread,
}
#[automatically_derived]
impl ::core::fmt::Debug for BroadcastEvent {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        match self {
            Self::Spread { .. } => f.write_str("Spread"),
        }
    }
}
/// Sends to other `Broadcast` nodes what they have handlers for, and asks one of them. Made by `ctx.peers` and `ctx.peer`.
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
pub struct BroadcastClient<'c, To: ::maelstrom::Recipients>(
    ::maelstrom::Link<'c, Broadcast, To>,
);
#[automatically_derived]
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
impl<'c, To: ::maelstrom::Recipients> BroadcastClient<'c, To> {
    /// Node to node, no reply.
    pub fn gossip(&self, seen: &[u64]) {
        self.0
            .send(
                &BroadcastPayload::Gossip {
                    seen: ::maelstrom::Lent::Borrowed(seen),
                },
            );
    }
}
#[automatically_derived]
impl<
    'c,
    To: ::maelstrom::Recipients,
> ::core::convert::From<::maelstrom::Link<'c, Broadcast, To>>
for BroadcastClient<'c, To> {
    fn from(link: ::maelstrom::Link<'c, Broadcast, To>) -> Self {
        Self(link)
    }
}
#[automatically_derived]
impl<'c, To: ::maelstrom::Recipients> ::core::fmt::Debug for BroadcastClient<'c, To> {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Debug::fmt(&self.0, f)
    }
}
#[automatically_derived]
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
impl BroadcastClient<'_, ::maelstrom::NodeId> {
    /// `{"type": "broadcast", "message": 7}` → `{"type": "broadcast_ok"}`
    pub fn broadcast(
        &self,
        message: u64,
    ) -> ::maelstrom::Call<(), ::maelstrom::reply::Empty> {
        self.0
            .call(
                &BroadcastPayload::Broadcast {
                    message,
                },
                "broadcast_ok",
                ::maelstrom::reply::Empty,
            )
    }
    /// The value goes under `messages`; a reference is serialised where it lies, nothing is cloned.
    pub fn read(&self) -> ::maelstrom::Call<BTreeSet<u64>, ::maelstrom::reply::Field> {
        self.0
            .call(
                &BroadcastPayload::Read,
                "read_ok",
                ::maelstrom::reply::Field("messages"),
            )
    }
    /// Requests `topology`.
    pub fn topology(
        &self,
        topology: HashMap<NodeId, Vec<NodeId>>,
    ) -> ::maelstrom::Call<(), ::maelstrom::reply::Empty> {
        self.0
            .call(
                &BroadcastPayload::Topology {
                    topology,
                },
                "topology_ok",
                ::maelstrom::reply::Empty,
            )
    }
}
#[automatically_derived]
#[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
#[allow(clippy::all, clippy::pedantic)]
impl ::maelstrom::Node for Broadcast {
    type State = Self;
    type Event = BroadcastEvent;
    type Client<'c, To: ::maelstrom::Recipients> = BroadcastClient<'c, To>;
    type Config = ();
    fn init(_: &::maelstrom::Context<Self>, (): ()) -> ::maelstrom::Work<Self> {
        ::maelstrom::Work::done(
            ::core::result::Result::Ok(<Self as ::maelstrom::__private::Init>::init()),
        )
    }
    fn timers(&self) -> ::std::vec::Vec<::maelstrom::Every<BroadcastEvent>> {
        ::core::convert::From::from([
            ::maelstrom::Every::new(
                    "spread",
                    ::core::time::Duration::from_millis(300u64),
                    || BroadcastEvent::Spread,
                )
                .jitter(X),
        ])
    }
    fn receive(
        state: &mut Self,
        ctx: &::maelstrom::Context<Self>,
        message: &::maelstrom::RawMessage<'_>,
    ) -> ::maelstrom::Result<()> {
        let ::core::option::Option::Some(incoming) = BroadcastPayload::decode(
            &message.body.payload,
        )? else {
            return ::core::result::Result::Err(message.body.payload.not_supported());
        };
        match incoming {
            BroadcastPayload::Broadcast { message } => {
                Self::broadcast(state, message);
                ctx.reply(&BroadcastPayload::BroadcastOk);
            }
            BroadcastPayload::Read => {
                let messages = Self::read(state);
                ctx.reply(
                    &BroadcastPayload::ReadOk {
                        messages,
                    },
                );
            }
            BroadcastPayload::Topology { topology } => {
                Self::topology(state, ctx, topology);
                ctx.reply(&BroadcastPayload::TopologyOk);
            }
            BroadcastPayload::Gossip { seen } => {
                Self::gossip(state, ctx, &seen);
            }
            _ => {}
        }
        ::core::result::Result::Ok(())
    }
    fn event(
        state: &mut Self,
        ctx: &::maelstrom::Context<Self>,
        event: BroadcastEvent,
    ) -> ::maelstrom::Result<()> {
        match event {
            BroadcastEvent::Spread => {
                Self::spread(state, ctx);
                ::core::result::Result::Ok(())
            }
        }
    }
}
