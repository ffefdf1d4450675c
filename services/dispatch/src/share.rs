//! What people wait for and what comes in bulk share the processor, as they share the log's writer (decision 0014).

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

/// The commands that are under way.
#[derive(Default)]
pub struct Share {
    counts: Mutex<Counts>,
    changed: Notify,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    people: usize,
    bulk: usize,
}

impl Counts {
    /// While people's commands are under way, there are half as many of bulk, or one.
    fn has_room_for_bulk(self) -> bool {
        self.people == 0 || self.bulk < (self.people / 2).max(1)
    }
}

/// A command that is under way until this is dropped.
pub struct UnderWay<'a> {
    share: &'a Share,
    count: fn(&mut Counts) -> &mut usize,
}

impl Share {
    /// A command that somebody waits for: it goes on at once.
    pub fn person(&self) -> UnderWay<'_> {
        self.with(|counts| counts.people += 1);
        UnderWay { share: self, count: |counts| &mut counts.people }
    }

    /// A command of many: it goes on when people leave room for it.
    pub async fn bulk(&self) -> UnderWay<'_> {
        loop {
            // A change after the look below is not missed: it leaves a permit.
            let changed = self.changed.notified();
            let enters = self.with(|counts| {
                let has_room = counts.has_room_for_bulk();
                counts.bulk += usize::from(has_room);
                has_room
            });
            if enters {
                // One change may have made room for several.
                self.changed.notify_one();
                return UnderWay { share: self, count: |counts| &mut counts.bulk };
            }
            changed.await;
        }
    }

    fn with<T>(&self, look: impl FnOnce(&mut Counts) -> T) -> T {
        look(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.share.with(|counts| *(self.count)(counts) -= 1);
        self.share.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn bulk_has_all_the_room_that_people_leave() {
        let share = Share::default();
        let alone: Vec<_> = (0..100).map(|_| share.bulk().now_or_never().unwrap()).collect();
        drop(alone);
        let mut people: Vec<_> = (0..8).map(|_| share.person()).collect();
        let bulk: Vec<_> = (0..4).map(|_| share.bulk().now_or_never().unwrap()).collect();
        let mut next = Box::pin(share.bulk());
        assert!(next.as_mut().now_or_never().is_none(), "half as many as people");
        people.truncate(1);
        drop(bulk);
        let one = next.await;
        let (mut second, mut third) = (Box::pin(share.bulk()), Box::pin(share.bulk()));
        assert!(second.as_mut().now_or_never().is_none(), "one is left beside one person");
        assert!(third.as_mut().now_or_never().is_none());
        people.clear();
        let _both = (second.await, third.await);
        drop(one);
    }
}
