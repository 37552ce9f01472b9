//! Peers from PyPI, each in a virtual environment of its own below the target folder.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A package, pinned: the version that the differences are known of.
pub(crate) struct Package {
    /// As pip knows it.
    name: &'static str,
    version: &'static str,
    /// As Python imports it.
    module: &'static str,
    /// What is installed beside it, as pip has it: `name==version`.
    others: &'static [&'static str],
    python: OnceLock<Option<PathBuf>>,
}

impl Package {
    pub(crate) const fn new(name: &'static str, version: &'static str, module: &'static str) -> Self {
        Self::several(name, version, module, &[])
    }

    /// The same with other packages beside it, each `name==version`; all modules are imported.
    pub(crate) const fn several(
        name: &'static str,
        version: &'static str,
        module: &'static str,
        others: &'static [&'static str],
    ) -> Self {
        Self { name, version, module, others, python: OnceLock::new() }
    }

    /// Python with the package and one of our scripts; where that cannot be had, the test is told to
    /// skip, and why.
    pub(crate) fn script(&self, script: &str) -> Option<Command> {
        let python = self.python.get_or_init(|| self.install()).as_deref();
        let Some(python) = python else {
            println!(
                "skipped: pip could not install {} {} {}",
                self.name,
                self.version,
                self.others.join(" ")
            );
            return None;
        };
        let mut command = Command::new(python);
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(script));
        Some(command)
    }

    /// The interpreter of an environment that has the package, looked for once.
    fn install(&self) -> Option<PathBuf> {
        let folder = Path::new(option_env!("CARGO_TARGET_TMPDIR").unwrap_or("target"))
            .join(format!("{}-venv", self.name));
        let python = folder.join("bin/python");
        let runs = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
        let mut check = format!(
            "import {}, importlib.metadata as m; assert m.version('{}') == '{}'",
            self.module, self.name, self.version
        );
        for (name, version) in self.others.iter().filter_map(|other| other.split_once("==")) {
            check += &format!("; assert m.version('{name}') == '{version}'");
        }
        let has_package = || runs(Command::new(&python).args(["-c", &check]));
        let wanted = format!("{}=={}", self.name, self.version);
        let mut pip = vec!["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        pip.extend(["--retries", "1", "--timeout", "10", &wanted]);
        pip.extend(self.others);
        let installs = || {
            runs(Command::new("python3").args(["-m", "venv"]).arg(&folder))
                && runs(Command::new(&python).args(&pip))
        };
        (has_package() || (installs() && has_package())).then_some(python)
    }
}
