//! `cardwire key`.

use cardwire::crypto::key_block::KeyBlock;
use cardwire::crypto::{AesKsn, AesKsnUse, CheckMethod, Family, Key, Ksn, KsnUse};

use crate::failure::{Failure, Outcome};
use crate::hex;
use crate::keys::KeyArgs;
use crate::output::{Output, Role};

/// Test keys: their kind, check value and parity, and what a key block says of its key.
#[derive(clap::Args)]
#[command(after_help = FILE)]
pub(crate) struct KeyCommand {
    /// The names of keys; without any, all of the file.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    keys: KeyArgs,
    /// A key block of TR-31 or X9.143, version B or D: what its header says.
    #[arg(long, value_name = "BLOCK")]
    block: Option<String>,
    /// The key of the file that the block is opened with.
    #[arg(long, value_name = "NAME", requires = "block", requires = "keys")]
    under: Option<String>,
    /// A key serial number of DUKPT, 20 hexadecimal digits (TDES) or 24 (AES): the keys of that transaction, derived
    /// from the base derivation key that is named, and the next number.
    #[arg(long, value_name = "HEX", requires = "keys", conflicts_with = "block")]
    ksn: Option<String>,
    /// Show keys as they are.
    #[arg(long)]
    expose: bool,
}

const FILE: &str = r#"Keys are never arguments: others can see those. They stand in a file that only you can read (chmod 600),
and are keys for tests: production keys belong into a hardware security module.

  [keys.mak]
  des = "0123456789ABCDEFFEDCBA9876543210"   # or aes
  kcv = "08D7B4"                             # held against the key, if it is said
  [keys.pik]
  block = "D0144P0AE00E0000..."              # a key block, opened with another key
  under = "kbpk"

  [mac]                                      # check and decode verify, encode, send and load sign
  key = "mak"
  algorithm = "x9.19"                        # x9.9, cmac, unionpay-ecb, unionpay-cbc, iso9797-1-padding2, iso9797-3-padding2
  bytes = 4                                  # of a truncated MAC
  always = true                              # every message has one; else those that come with DE 64 or 128

  [pin]                                      # check opens DE 52
  key = "pik"
  format = 0
  pin = "1234"                               # of test cards: encode and send put it into DE 52, check expects it
  to = "zpk"                                 # serve translates the block to this key before it looks at the PIN; encode and
  to-format = 4                              # send, where there is no pin, translate the block that a message has

  [dukpt]                                    # then "dukpt" is the key of a transaction, as `key` of [mac] and [pin]
  key = "bdk"                                # or initial = true: the initial key of the one device
  ksn = "FFFF9876543210E00000"               # the device's last transaction; a host has none. The counter is kept beside
  element = 53                               # the file, in test.toml.ksn. The element that the number is sent in

  [emv]                                      # check verifies the cryptogram of DE 55
  issuer = "imk"
  option = "A"                               # or B

Examples:
  cardwire key --keys test.toml
  cardwire key --keys test.toml --block D0112P0AE00E0000... --under kbpk
  cardwire key --keys test.toml bdk --ksn FFFF9876543210E00001"#;

const TDES_USES: [(&str, KsnUse); 5] = [
    ("PIN", KsnUse::Pin),
    ("MAC of requests", KsnUse::MacRequest),
    ("MAC of responses", KsnUse::MacResponse),
    ("data of requests", KsnUse::DataRequest),
    ("data of responses", KsnUse::DataResponse),
];

const AES_USES: [(&str, AesKsnUse); 5] = [
    ("PIN", AesKsnUse::Pin),
    ("MAC generation", AesKsnUse::MacGeneration),
    ("MAC verification", AesKsnUse::MacVerification),
    ("data encryption", AesKsnUse::DataEncryption),
    ("data decryption", AesKsnUse::DataDecryption),
];

impl KeyCommand {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        if let Some(text) = &self.block {
            return self.tell_block(output, text);
        }
        let keys = self.keys.required()?;
        if let Some(digits) = &self.ksn {
            let [name] = self.names.as_slice() else {
                return Err(Failure::usage("name one key, the base derivation key"));
            };
            return self.tell_transaction(output, digits, keys.named(name)?);
        }
        if self.names.is_empty() {
            return keys.all().try_for_each(|(name, key)| self.tell(output, name, key));
        }
        self.names.iter().try_for_each(|name| self.tell(output, name, keys.named(name)?))
    }

    fn tell_block(&self, output: &mut Output, text: &str) -> Outcome {
        let block = KeyBlock::parse(text).map_err(Failure::data)?;
        let header = block.header();
        let characters = |octets: &[u8]| octets.iter().copied().map(char::from).collect::<String>();
        let words = |words: Option<&str>| words.unwrap_or("proprietary").to_owned();
        let lines = [
            ("version", format!("{:?}", header.version)),
            ("usage", format!("{}  {}", characters(&header.usage), words(header.usage_words()))),
            ("algorithm", characters(&[header.algorithm])),
            ("mode of use", format!("{}  {}", char::from(header.mode), words(header.mode_words()))),
            ("key version", characters(&header.key_version)),
            ("exportability", characters(&[header.exportability])),
        ];
        let optional = header.optional_blocks().map(|(id, data)| (id, data.to_owned()));
        for (label, words) in lines.into_iter().chain(optional) {
            let label = output.paint(Role::Key, &format!("{label:>13}"));
            output.line(format_args!("{label}  {words}"))?;
        }
        let Some(under) = &self.under else {
            return Ok(output.line("nothing of it is authenticated: name the key it is under")?);
        };
        let key = block.unwrap(self.keys.required()?.named(under)?).map_err(Failure::data)?;
        self.tell(output, "key", &key)
    }

    /// The keys of a transaction under DUKPT.
    fn tell_transaction(&self, output: &mut Output, digits: &str, base: &Key) -> Outcome {
        let (initial, working, next) = match base.kind().family() {
            Family::Des => {
                let ksn = Ksn::from_hex(digits).map_err(Failure::data)?;
                let initial = ksn.initial_key(base).map_err(Failure::data)?;
                let keys = TDES_USES.map(|(name, purpose)| (name, ksn.working_key(&initial, purpose)));
                (initial, keys.to_vec(), ksn.next().map(|next| next.to_string()))
            }
            Family::Aes => {
                let ksn = AesKsn::from_hex(digits).map_err(Failure::data)?;
                let initial = ksn.initial_key(base).map_err(Failure::data)?;
                let key = |purpose| ksn.working_key(&initial, purpose, initial.kind());
                let keys = AES_USES.map(|(name, purpose)| (name, key(purpose)));
                (initial, keys.to_vec(), ksn.next().map(|next| next.to_string()))
            }
        };
        self.tell(output, "initial key", &initial)?;
        for (name, key) in working {
            self.tell(output, name, &key.map_err(Failure::data)?)?;
        }
        let next = next.unwrap_or_else(|error| error.to_string());
        let label = output.paint(Role::Key, "next number");
        Ok(output.line(format_args!("{label}  {next}"))?)
    }

    fn tell(&self, output: &mut Output, name: &str, key: &Key) -> Outcome {
        let kind = key.kind();
        let mut words = format!("{kind}, check value {}", key.check_value());
        if kind.family() == Family::Aes {
            let old = key.check_value_by(CheckMethod::Zeros, 3).map_err(Failure::data)?;
            words += &format!(" (CMAC; {old} by enciphered zeros)");
        } else if !key.has_odd_parity() {
            words += ", parity not odd";
        }
        if key.is_degenerate() {
            words += ", no better than single DES";
        }
        if self.expose {
            words += &format!(", {}", hex::text(key.expose()));
        }
        let name = output.paint(Role::Key, name);
        Ok(output.line(format_args!("{name}  {words}"))?)
    }
}
