//! Records of the books as they came from their reader, for the file of open items.

use jiff::Timestamp;

use super::books::{Books, RecordId};
use super::bundle;
use super::intern::Sym;
use crate::record::{ClearingRecord, Evidence, Record, Source, Text};

impl Books {
    /// The record of a number.
    pub(crate) fn record(&self, id: RecordId) -> Option<Record> {
        let at = self.at(id);
        let source = Source { file: self.file(at).clone(), place: at.place() };
        match id {
            RecordId::Message(index) => self.evidence(index, source),
            RecordId::Clearing(index) => self.clearing_record(index, source),
            RecordId::Bank(index) => {
                let entry = self.bank.get(index as usize)?.entry.clone();
                Some(Record::Bank(entry))
            }
        }
    }

    fn owned(&self, sym: Option<Sym>) -> Option<Text> {
        sym.map(|sym| Text::from(self.names.text(sym)))
    }

    fn evidence(&self, index: u32, source: Source) -> Option<Record> {
        let message = self.messages.get(index as usize)?;
        let context = self.context(message);
        let extra = message.extra.as_deref().cloned().unwrap_or_default();
        let found = Evidence {
            time: message.time.and_then(|time| Timestamp::from_millisecond(time).ok()),
            from: self.owned(context.from),
            to: self.owned(context.to),
            token: self.token(message.token),
            processing_code: self.owned(context.code),
            type_code: self.owned(context.type_code),
            amount: message.amount,
            currency: Some(context.currency),
            stan: self.owned(message.stan),
            local_date: message.local_date,
            local_time: self.owned(message.local_time),
            settlement_date: message.settlement_date,
            mcc: self.owned(context.mcc),
            entry_mode: self.owned(context.entry_mode),
            function: self.owned(context.function),
            condition: self.owned(context.condition),
            acquirer: self.owned(context.acquirer),
            forwarder: self.owned(context.forwarder),
            rrn: self.owned(message.rrn),
            approval: self.owned(message.approval),
            response: self.owned(context.response),
            terminal: self.owned(context.terminal),
            merchant: self.owned(context.merchant),
            batch: self.owned(context.batch),
            network_code: self.owned(context.network_code),
            life_id: self.owned(message.life_id),
            original: extra.original,
            life_cycle: extra.life_cycle,
            replacement: extra.replacement,
            totals: extra.totals,
            totals_result: extra.totals_result,
            ..Evidence::new(source, context.mti)
        };
        Some(Record::Switch(Box::new(found)))
    }

    fn clearing_record(&self, index: u32, source: Source) -> Option<Record> {
        let (record, context) = bundle::record(self, index)?;
        let found = ClearingRecord {
            number: (record.number != u64::MAX).then_some(record.number),
            rrn: self.owned(record.rrn),
            stan: self.owned(record.stan),
            terminal: self.owned(context.terminal),
            merchant: self.owned(context.merchant),
            acquirer: self.owned(context.acquirer),
            batch: self.owned(context.batch),
            token: self.token(record.token),
            approval: self.owned(record.approval),
            arn: self.owned(record.arn),
            life_id: self.owned(record.life_id),
            fee: record.fee,
            net: record.net,
            currency: Some(context.currency),
            local_date: record.local_date,
            local_time: self.owned(record.local_time),
            settlement_date: context.settlement_date,
            payout: self.owned(context.payout),
            mcc: self.owned(context.mcc),
            reason: self.owned(context.reason),
            original_rrn: self.owned(record.original_rrn),
            ..ClearingRecord::new(source, context.kind, record.gross)
        };
        Some(Record::Clearing(Box::new(found)))
    }
}
