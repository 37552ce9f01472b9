//! Announcements of the end of a settlement date that are lost and overtaken.

use settlement::scenario::Scenario;

/// Two hundred kills of processes found it: the issuer died after it had opened a date, and was told to open the next
/// one before the acquirer had heard of the first. The money of that date was never reconciled, and never paid.
#[test]
fn a_date_whose_announcement_was_overtaken_is_reconciled_and_paid() {
    let text = "id = 'S00'\nname = 'overtaken'\ncauses = []\nremedies = []\nfault = ''\nremedy = ''\nsteps = '''\n\
        09:00 sign-on\n14:02:00 sell 500.00\n22:00 close-batch\n23:00:00 lose I>A 0800\n23:00:00 cut-over\n\
        23:00:05 cut-over\n23:30 present\n+1 05:30 hub-run\n+1 09:00 pay\n+1 10:00 bank-run\n'''\n\
        [books]\n'bank merchant:ACC-1' = '497.00'\n'acquirer hub_receivable' = '0.00'\n";
    let played = Scenario::parse("overtaken", text).unwrap().play().unwrap();
    let wrong: Vec<_> = played.checks.iter().filter(|check| !check.holds).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
