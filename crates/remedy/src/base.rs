use plimsoll_core::{Base, Distro, Instruction};

use crate::instruction;

/// What is known of how an image was built.
#[derive(Clone, Copy, Debug, Default)]
pub struct Build<'a> {
    /// The instructions, the first one first.
    pub history: &'a [Instruction],
    /// The base image's name, as the image's annotations or labels say it.
    pub name: Option<&'a str>,
    /// The base image's digest, as they say it.
    pub digest: Option<&'a str>,
    /// The name of what says it: `annotation`, `label`.
    pub said_by: &'a str,
    /// How many layers there are.
    pub layers: u32,
    /// The distribution.
    pub distro: Option<&'a Distro>,
    /// The lowest layer in which packages of the operating system are.
    pub system: Option<u32>,
}

/// Languages' and servers' official images set a variable to the version of what they are about.
const NAMED_BY_VERSION: [(&str, &str); 9] = [
    ("PYTHON_VERSION", "python"),
    ("NODE_VERSION", "node"),
    ("GOLANG_VERSION", "golang"),
    ("RUBY_VERSION", "ruby"),
    ("PHP_VERSION", "php"),
    ("NGINX_VERSION", "nginx"),
    ("HTTPD_VERSION", "httpd"),
    ("REDIS_VERSION", "redis"),
    ("TOMCAT_VERSION", "tomcat"),
];

impl Build<'_> {
    /// The image that this one was built on, and which layers are its. Images say it seldom; where it has to be told
    /// from traces, [`Base::evidence`] says from which.
    ///
    /// The traces, the surest first: buildah's remark `FROM …`; the `CMD` with which an image's instructions end,
    /// before others that make layers; the layers of a root file system at the bottom; the layer with which the
    /// operating system came.
    pub fn base(&self) -> Option<Base> {
        let found = self.by_remark().or_else(|| self.by_cmd()).or_else(|| self.by_root());
        let found = found.or_else(|| self.by_system());
        let stated = self.name.or(self.digest).map(|_| self.said_by);
        let mut base = match (found, stated) {
            (Some(base), _) => base,
            // Which layers are its, nothing says.
            (None, Some(_)) => {
                Base { name: None, digest: None, layers: 0, created: None, evidence: String::new() }
            }
            (None, None) => return None,
        };
        if let Some(by) = stated {
            base.name = self.name.map(str::to_owned).or(base.name);
            base.digest = self.digest.map(str::to_owned);
            let and = if base.evidence.is_empty() { String::new() } else { format!("; {}", base.evidence) };
            base.evidence = format!("the {by} org.opencontainers.image.base{and}");
        }
        base.layers = base.layers.min(self.layers);
        Some(base)
    }

    /// The base of which the first `count` instructions are.
    fn of_first(&self, count: usize, evidence: String) -> Option<Base> {
        let of_base = self.history.get(..count)?;
        let layers = of_base.iter().filter_map(|instruction| instruction.layer).max()? + 1;
        let created = of_base.iter().rev().find_map(|instruction| instruction.created.clone());
        // A tool without a clock writes the epoch.
        let created = created.filter(|at| !at.starts_with("0001-") && !at.starts_with("1970-"));
        Some(Base { name: self.name_of(of_base), digest: None, layers, created, evidence })
    }

    /// buildah remarks on the first instruction of its own which image it began with.
    fn by_remark(&self) -> Option<Base> {
        let (at, name) = self.history.iter().enumerate().rev().find_map(|(at, instruction)| {
            let name = instruction.comment.as_deref()?.strip_prefix("FROM ")?.trim();
            // Stages and cached layers have no name but an id.
            let is_id = name.len() >= 12 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
            (!name.is_empty() && name != "scratch" && !is_id).then_some((at, name))
        })?;
        let mut base = self.of_first(at, format!("the history's remark FROM {name}"))?;
        base.name = Some(name.to_owned());
        Some(base)
    }

    /// A base image's instructions end with a `CMD`, which makes no layer.
    fn by_cmd(&self) -> Option<Base> {
        let last = self.history.iter().rposition(|instruction| instruction.layer.is_some())?;
        let at =
            self.history.get(..last)?.iter().rposition(|made| {
                made.layer.is_none() && instruction(&made.created_by).starts_with("CMD ")
            })?;
        let evidence = format!("the instruction {}, with which it ends", self.shown(at));
        self.of_first(at + 1, evidence)
    }

    /// The instructions that put a root file system into an empty image.
    fn by_root(&self) -> Option<Base> {
        let made: Vec<usize> = (0..self.history.len())
            .filter(|at| self.history.get(*at).is_some_and(|made| made.layer.is_some()))
            .collect();
        let is_root = |at: &&usize| self.history.get(**at).is_some_and(|made| puts_root(&made.created_by));
        let roots: Vec<&usize> = made.iter().take_while(is_root).collect();
        let last = **roots.last()?;
        self.of_first(last + 1, format!("the instruction {}", self.shown(last)))
    }

    /// The layer with the operating system's packages, if it is the lowest.
    fn by_system(&self) -> Option<Base> {
        self.system.filter(|layer| *layer == 0)?;
        let evidence = "the lowest layer, with which the operating system came".to_owned();
        Some(Base { name: self.system_name(), digest: None, layers: 1, created: None, evidence })
    }

    fn name_of(&self, of_base: &[Instruction]) -> Option<String> {
        let named = of_base.iter().rev().find_map(|made| {
            let text = instruction(&made.created_by);
            let (variable, value) = text.strip_prefix("ENV ")?.split_once(['=', ' '])?;
            let (_, name) = NAMED_BY_VERSION.into_iter().find(|(known, _)| *known == variable)?;
            let version = value.split_whitespace().next()?.trim_matches('"');
            Some(format!("{name}:{version}"))
        });
        named.or_else(|| {
            let layers = of_base.iter().filter(|made| made.layer.is_some()).count();
            self.system_name().filter(|_| layers == 1)
        })
    }

    /// The distributions' images are called as their os-release says.
    fn system_name(&self) -> Option<String> {
        let distro = self.distro?;
        let parts = |count: usize| distro.version.split('.').take(count).collect::<Vec<_>>().join(".");
        // The name under which the newest state of the release is published.
        let version = match distro.id.as_str() {
            "rhel" => String::new(),
            "almalinux" | "rocky" | "ol" | "centos" | "debian" | "fedora" | "amzn" => parts(1),
            "alpine" => parts(2),
            _ => distro.version.clone(),
        };
        let name = match distro.id.as_str() {
            "rhel" => format!("ubi{}", parts(1)),
            "opensuse-leap" => "opensuse/leap".to_owned(),
            "opensuse-tumbleweed" => "opensuse/tumbleweed".to_owned(),
            "sles" => "registry.suse.com/bci/bci-base".to_owned(),
            "amzn" => "amazonlinux".to_owned(),
            "rocky" => "rockylinux".to_owned(),
            "ol" => "oraclelinux".to_owned(),
            "wolfi" | "chainguard" => "cgr.dev/chainguard/wolfi-base".to_owned(),
            id => id.to_owned(),
        };
        Some(if version.is_empty() { name } else { format!("{name}:{version}") })
    }

    fn shown(&self, at: usize) -> String {
        let text = self.history.get(at).map(|made| instruction(&made.created_by)).unwrap_or_default();
        format!("`{}`", text.chars().take(60).collect::<String>())
    }
}

/// Whether an instruction puts a whole root file system into the image: an archive added to `/` first of all,
/// debootstrap and debuerreotype, distroless' and apko's builds.
fn puts_root(created_by: &str) -> bool {
    let text = instruction(created_by);
    let added = text.starts_with("ADD ") && (text.ends_with(" in /") || text.ends_with(" /"));
    added
        || ["debootstrap", "debuerreotype", "# debian.sh", "bazel build", "apko", "rootfs"]
            .into_iter()
            .any(|trace| text.contains(trace))
}
