//! Data keys: made and encrypted under a key, and decrypted again.
//!
//! The material of a key here is a digest of its id: nothing in this world is worth a secret, and every process that
//! shares the world knows it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::keys;
use crate::sandbox::scene::Scene;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::Region;
use crate::sandbox::world::key::Key;

/// What a ciphertext begins with: AWS's begin with the same two bytes.
const FORM: [u8; 2] = [1, 2];
/// A key's id in a ciphertext.
const ID: usize = 36;

/// What a ciphertext is bound to.
pub(crate) type Context = BTreeMap<String, String>;

/// `GenerateDataKey`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Generate {
    key_id: String,
    #[serde(default)]
    encryption_context: Context,
    number_of_bytes: Option<usize>,
    key_spec: Option<String>,
    dry_run: Option<bool>,
    #[serde(rename = "GrantTokens")]
    _grant_tokens: Option<Vec<String>>,
}

/// `Decrypt`'s input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Decrypt {
    ciphertext_blob: String,
    #[serde(default)]
    encryption_context: Context,
    key_id: Option<String>,
    encryption_algorithm: Option<String>,
    dry_run: Option<bool>,
    #[serde(rename = "GrantTokens")]
    _grant_tokens: Option<Vec<String>>,
}

/// `GenerateDataKey`: of an enabled key for encryption (`R-KMS-10`), as long as asked for.
pub(super) fn generate(scene: &mut Scene<'_>, input: &Generate) -> Result<Value, Fault> {
    let key = keys::find(scene, &input.key_id)?;
    let length = match (input.number_of_bytes, input.key_spec.as_deref()) {
        (Some(length), None) => length,
        (None, Some("AES_256")) => 32,
        (None, Some("AES_128")) => 16,
        _ => return Err(Fault::new("ValidationException", "Please specify either number of bytes or key spec.")),
    };
    usable(scene.region, scene.name, &key)?;
    not_only_tried(input.dry_run)?;
    let lost = || Fault::internal("There are no random numbers.");
    let mut plain = vec![0; length];
    SystemRandom::new().fill(&mut plain).map_err(|_| lost())?;
    let blob = sealed(&key, &plain, &input.encryption_context).ok_or_else(lost)?;
    Ok(json!({
        "CiphertextBlob": BASE64.encode(blob), "Plaintext": BASE64.encode(plain), "KeyId": key.arn(scene.name)}))
}

/// `Decrypt`.
pub(super) fn decrypt(scene: &mut Scene<'_>, input: &Decrypt) -> Result<Value, Fault> {
    let blob = BASE64.decode(&input.ciphertext_blob);
    let blob = blob.map_err(|_| Fault::new("SerializationException", "CiphertextBlob is no Base64."))?;
    let wanted = input.key_id.as_ref().map(|name| keys::find(scene, name)).transpose()?;
    if let Some(algorithm) = input.encryption_algorithm.as_deref().filter(|name| *name != "SYMMETRIC_DEFAULT") {
        return Err(Fault::not_imitated(&format!("the encryption algorithm {algorithm}")));
    }
    let (plain, key) = opened(scene.region, scene.name, &blob, &input.encryption_context)?;
    if wanted.is_some_and(|wanted| wanted.id != key.id) {
        let why = "The key ID in the request does not identify a CMK that can perform this operation.";
        return Err(Fault::new("IncorrectKeyException", why));
    }
    not_only_tried(input.dry_run)?;
    Ok(json!({
        "KeyId": key.arn(scene.name), "Plaintext": BASE64.encode(plain), "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}))
}

fn not_only_tried(dry_run: Option<bool>) -> Result<(), Fault> {
    let why = "The request would have succeeded, but the DryRun option is set.";
    if dry_run == Some(true) { Err(Fault::new("DryRunOperationException", why)) } else { Ok(()) }
}

/// What a ciphertext holds, and its key: only with the context that it was made with (`R-KMS-11`).
pub(crate) fn opened(region: &Region, name: &str, blob: &[u8], context: &Context) -> Result<(Vec<u8>, Key), Fault> {
    let invalid = || Fault::new("InvalidCiphertextException", "");
    let (id, rest) = blob.strip_prefix(&FORM).and_then(|rest| rest.split_at_checked(ID)).ok_or_else(invalid)?;
    let id = std::str::from_utf8(id).map_err(|_| invalid())?;
    let key = region.keys.iter().find(|key| key.id == id).cloned().ok_or_else(invalid)?;
    usable(region, name, &key)?;
    let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or_else(invalid)?;
    let (bound, said) = body.split_at_checked(32).ok_or_else(invalid)?;
    if bound != Sha256::digest(bytes(context)).as_slice() && region.enforces("R-KMS-11") {
        return Err(invalid());
    }
    let mut said = said.to_vec();
    let cipher = material(&key).ok_or_else(invalid)?;
    let plain = cipher.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bound), &mut said);
    let plain = plain.map_err(|_| invalid())?.to_vec();
    Ok((plain, key))
}

/// A ciphertext: form, key, nonce, digest of the context, and the encrypted bytes, which can't be told apart from it.
fn sealed(key: &Key, plain: &[u8], context: &Context) -> Option<Vec<u8>> {
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new().fill(&mut nonce).ok()?;
    let bound = Sha256::digest(bytes(context));
    let mut said = plain.to_vec();
    let bind = Aad::from(bound.as_slice());
    material(key)?.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bind, &mut said).ok()?;
    Some([&FORM[..], key.id.as_bytes(), &nonce, bound.as_slice(), &said].concat())
}

fn material(key: &Key) -> Option<LessSafeKey> {
    let material = Sha256::digest(format!("the sandbox's material of {}", key.id));
    UnboundKey::new(&AES_256_GCM, material.as_slice()).ok().map(LessSafeKey::new)
}

/// A context as bytes that no other context has.
fn bytes(context: &Context) -> Vec<u8> {
    json!(context).to_string().into_bytes()
}

/// Keys that are disabled or to be deleted encrypt and decrypt nothing (`R-KMS-10`).
fn usable(region: &Region, name: &str, key: &Key) -> Result<(), Fault> {
    let arn = key.arn(name);
    if key.usage != "ENCRYPT_DECRYPT" || key.spec != "SYMMETRIC_DEFAULT" {
        let why = format!("{arn} key usage is {} which is not valid for the operation.", key.usage);
        return Err(Fault::new("InvalidKeyUsageException", why));
    }
    match key.state.as_str() {
        _ if !region.enforces("R-KMS-10") => Ok(()),
        "Enabled" => Ok(()),
        "Disabled" => Err(Fault::new("DisabledException", format!("{arn} is disabled."))),
        "PendingDeletion" => Err(Fault::new("KMSInvalidStateException", format!("{arn} is pending deletion."))),
        state => Err(Fault::new("KMSInvalidStateException", format!("{arn} is {state}."))),
    }
}
