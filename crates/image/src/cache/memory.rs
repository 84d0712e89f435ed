use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::{CachedLayer, LayerCache, LayerKey};

/// A [`LayerCache`] in memory, for a program that scans many images of few bases. When it is full, what has not been
/// asked for the longest goes.
#[derive(Debug)]
pub struct MemoryCache {
    most: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    layers: HashMap<LayerKey, Arc<CachedLayer>>,
    /// The keys, the one that was asked for last at the end.
    order: VecDeque<LayerKey>,
    weight: u64,
}

impl MemoryCache {
    /// A cache that takes about `most` bytes.
    pub fn new(most: u64) -> Self {
        Self { most, state: Mutex::default() }
    }

    /// About the bytes that it takes now.
    pub fn weight(&self) -> u64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).weight
    }
}

impl Default for MemoryCache {
    /// A cache of 256 MiB.
    fn default() -> Self {
        Self::new(256 << 20)
    }
}

impl State {
    fn touch(&mut self, key: &LayerKey) {
        if let Some(at) = self.order.iter().position(|other| other == key) {
            self.order.remove(at);
        }
        self.order.push_back(key.clone());
    }
}

impl LayerCache for MemoryCache {
    fn get(&self, key: &LayerKey) -> Option<Arc<CachedLayer>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let layer = Arc::clone(state.layers.get(key)?);
        state.touch(key);
        Some(layer)
    }

    fn put(&self, key: &LayerKey, layer: Arc<CachedLayer>) {
        let weight = layer.weight();
        if weight > self.most {
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = state.layers.insert(key.clone(), layer) {
            state.weight = state.weight.saturating_sub(old.weight());
        }
        state.weight = state.weight.saturating_add(weight);
        state.touch(key);
        while state.weight > self.most {
            let Some(oldest) = state.order.pop_front() else { break };
            if let Some(old) = state.layers.remove(&oldest) {
                state.weight = state.weight.saturating_sub(old.weight());
            }
        }
    }
}
