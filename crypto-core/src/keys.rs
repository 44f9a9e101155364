//! Typed keys, one newtype a role, and how one is wrapped under another.
//!
//! Keys are wiped when dropped, have no `Debug` and no serialisation, and never show their
//! bytes outside this crate. `make` is random, everything called `derive` is not.

use std::{borrow::Cow, marker::PhantomData};

use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{OpenError, context::Context, envelope, hazmat::KeySchedule};

/// Length of a wrapped key: a sealed message of 32 bytes.
pub const WRAPPED_KEY: usize = 104;

/// A key that seals. Only this crate has types that implement it.
pub trait SealingKey: sealed::Schedule {}

/// A key that can be wrapped. Only this crate has types that implement it.
pub trait WrappableKey: SealingKey + sealed::Bytes {}

pub(crate) mod sealed {
    use std::borrow::Cow;

    use crate::hazmat::KeySchedule;

    /// Access to key bytes, for this crate only.
    pub trait Bytes: Sized {
        fn bytes(&self) -> &[u8; 32];
        fn from_bytes(bytes: [u8; 32]) -> Self;
    }

    /// What messages' keys are derived with, for this crate only.
    pub trait Schedule {
        #[expect(private_interfaces, reason = "for this crate only")]
        fn schedule(&self) -> Cow<'_, KeySchedule>;
    }
}

/// A key made ready for opening or sealing much with it, which is quicker then. Wiped when
/// dropped.
pub struct ReadyKey<K> {
    schedule: KeySchedule,
    key: PhantomData<K>,
}

impl<K: WrappableKey> ReadyKey<K> {
    /// Makes a key ready.
    #[must_use]
    pub fn of(key: &K) -> Self {
        Self {
            schedule: KeySchedule::new(key.bytes()),
            key: PhantomData,
        }
    }
}

impl<K> SealingKey for ReadyKey<K> {}

impl<K> sealed::Schedule for ReadyKey<K> {
    #[expect(private_interfaces, reason = "for this crate only")]
    fn schedule(&self) -> Cow<'_, KeySchedule> {
        Cow::Borrowed(&self.schedule)
    }
}

macro_rules! key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Zeroize, ZeroizeOnDrop)]
        pub struct $name([u8; 32]);

        impl sealed::Bytes for $name {
            fn bytes(&self) -> &[u8; 32] {
                &self.0
            }
            fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }
        }

        impl sealed::Schedule for $name {
            #[expect(private_interfaces, reason = "for this crate only")]
            fn schedule(&self) -> Cow<'_, KeySchedule> {
                Cow::Owned(KeySchedule::new(&self.0))
            }
        }

        impl SealingKey for $name {}
        impl WrappableKey for $name {}
    };
}

key!(
    /// The key of an account; everything else hangs below it.
    AccountKey
);
key!(
    /// The key of a file or folder, for one epoch.
    NodeKey
);
key!(
    /// The key of one version of one file.
    ContentKey
);
key!(
    /// What a password's derivation gives to wrap the account key with.
    PasswordKek
);
key!(
    /// What a recovery phrase gives to wrap the account key with.
    RecoveryKek
);

key!(
    /// What a device's own key gives to wrap the account key with, while it is kept unlocked.
    KeptKek
);

impl NodeKey {
    /// The key's bytes, for what is sealed as a whole and stays on the device.
    #[must_use]
    pub fn export(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0)
    }

    /// Imports what [`NodeKey::export`] gave.
    #[must_use]
    pub fn import(bytes: &[u8; 32]) -> Self {
        Self(*bytes)
    }
}

impl KeptKek {
    /// Imports what a device derived with a key that it cannot export; see
    /// [`crate::context::KEPT_KEK`].
    #[must_use]
    pub fn import(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

macro_rules! make {
    ($($name:ident),*) => {$(
        impl $name {
            /// A new random key.
            pub fn make(rng: &mut impl CryptoRng) -> Self {
                let mut key = Self([0; 32]);
                rng.fill_bytes(&mut key.0);
                key
            }
        }
    )*};
}
make!(AccountKey, NodeKey, ContentKey);

/// Wraps `key` under `under`, bound to `context`: [`WRAPPED_KEY`] bytes.
pub fn wrap<K: WrappableKey>(
    key: &K,
    under: &impl SealingKey,
    context: &Context,
    rng: &mut impl CryptoRng,
) -> Vec<u8> {
    envelope::seal(under, context, key.bytes(), rng)
}

/// Unwraps what [`wrap`] made.
///
/// # Errors
/// As [`envelope::open`]; [`OpenError::Truncated`] or [`OpenError::TrailingData`] if the
/// length is not [`WRAPPED_KEY`].
pub fn unwrap<K: WrappableKey>(
    wrapped: &[u8],
    under: &impl SealingKey,
    context: &Context,
) -> Result<K, OpenError> {
    match wrapped.len() {
        WRAPPED_KEY => {}
        ..WRAPPED_KEY => return Err(OpenError::Truncated),
        _ => return Err(OpenError::TrailingData),
    }
    let bytes: Zeroizing<Vec<u8>> = envelope::open(under, context, wrapped)?;
    let mut key = [0; 32];
    key.copy_from_slice(&bytes);
    let typed = K::from_bytes(key);
    key.zeroize();
    Ok(typed)
}
