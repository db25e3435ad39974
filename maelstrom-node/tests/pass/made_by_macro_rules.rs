//! A node that another macro writes.

#![deny(warnings)]

macro_rules! counter {
    ($name:ident, $message:ident, $field:ident: $ty:ty, $interval:expr, $default:expr) => {
        #[derive(Default)]
        struct $name {
            total: $ty,
        }

        #[maelstrom::node]
        impl $name {
            const LIMIT: $ty = 5;

            #[rpc]
            fn $message(&mut self, $field: $ty, text: &str, list: &[$ty]) {
                self.total += $field + (text.len() + list.len()) as $ty;
            }

            #[rpc(reply(value))]
            fn read(&self) -> $ty {
                self.total.min(Self::LIMIT)
            }

            #[rpc(reply(value))]
            fn reference(&self) -> &$ty {
                &self.total
            }

            #[rpc(reply(value))]
            fn fallible(&self) -> maelstrom::Result<Option<&$ty>> {
                Ok(Some(&self.total))
            }

            #[message]
            fn gossip(&mut self, ctx: &maelstrom::Context<Self>, total: $ty, totals: &[$ty]) {
                ctx.peer("n2").gossip(total, totals);
                self.total = $default;
            }

            #[every($interval)]
            fn spread(&mut self) {}

            #[every(self.interval(), jitter = 5ms)]
            fn count(&mut self) {}

            fn interval(&self) -> std::time::Duration {
                std::time::Duration::from_secs(u64::from(self.total) + 1)
            }

            #[event]
            fn timeout(&mut self, term: $ty) {
                self.total = term;
            }

            #[fallback]
            fn other(&mut self, _message: &maelstrom::RawMessage<'_>) {}
        }
    };
}

macro_rules! waiting {
    ($name:ident, $message:ident, $field:ident: $ty:ty, $reply:ident) => {
        #[derive(Default)]
        struct $name {
            total: std::cell::Cell<$ty>,
        }

        #[maelstrom::node]
        impl $name {
            #[rpc(reply($reply))]
            async fn $message(&self, ctx: &maelstrom::Context<Self>, $field: $ty) -> maelstrom::Result<$ty> {
                self.total.set($field);
                ctx.peer("n2").$message($field).await
            }

            #[rpc(reply($reply))]
            fn reference(&self, list: &[$ty]) -> Option<&$ty> {
                let _ = list;
                None
            }

            #[every(1s)]
            async fn spread(&self, ctx: &maelstrom::Context<Self>) -> maelstrom::Result<()> {
                let _: Option<$ty> = ctx.peer("n2").reference(&[]).await?;
                Ok(())
            }
        }
    };
}

waiting!(Slow, add, delta: u32, sum);
waiting!(Slower, plus, node: u64, ctx);

counter!(Small, add, delta: u32, std::time::Duration::from_secs(1), 1);
counter!(Large, plus, summand: u64, 2 * INTERVAL, 2);

const INTERVAL: std::time::Duration = std::time::Duration::from_secs(1);

fn main() -> maelstrom::Result<()> {
    if std::env::args().count() > 100 {
        maelstrom::run::<Small>()?;
        maelstrom::run::<Large>()?;
        maelstrom::run::<Slow>()?;
        maelstrom::run::<Slower>()?;
    }
    Ok(())
}
