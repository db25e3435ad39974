use maelstrom::{Context, Link, Node, RawMessage, Recipients, Result, Work};

/// Echoes, and counts how often.
struct Echo {
    count: u64,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Payload {
    Echo { echo: String },
    EchoOk { echo: String, count: u64 },
}

impl Node for Echo {
    type State = Self;
    type Config = ();
    type Event = ();
    type Client<'c, To: Recipients> = Link<'c, Self, To>;

    fn init(_ctx: &Context<Self>, (): ()) -> Work<Self> {
        Work::done(Ok(Echo { count: 0 }))
    }

    fn receive(state: &mut Self, ctx: &Context<Self>, message: &RawMessage<'_>) -> Result<()> {
        match message.kind() {
            "echo" => match message.body.payload.parse()? {
                Payload::Echo { echo } => {
                    state.count += 1;
                    ctx.reply(&Payload::EchoOk { echo, count: state.count });
                    Ok(())
                }
                Payload::EchoOk { .. } => Ok(()),
            },
            _ => Err(message.body.payload.not_supported()),
        }
    }

    fn event(_state: &mut Self, _ctx: &Context<Self>, (): ()) -> Result<()> {
        Ok(())
    }
}
