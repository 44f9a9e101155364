//! web-wasm
