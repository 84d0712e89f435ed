//! The products that are told by texts in their programs and libraries. Each row is facts of one product: what its
//! files are called, and where in them its version stands. The first evidence that gives a version counts.

/// A product.
pub(super) struct Product {
    /// Its name, as package URLs of type `generic` write it.
    pub(super) name: &'static str,
    /// Names of files; a star at an end stands for anything.
    pub(super) files: &'static [&'static str],
    /// Patterns, by [`Pattern`](super::pattern::Pattern).
    pub(super) evidence: &'static [&'static str],
    /// Whether the version must begin with the number in the file's name: `libpython3.11.so.1.0`.
    pub(super) by_name: bool,
    /// A part of a real file with the evidence, or what is on record of one, and the version that it gives.
    #[cfg(test)]
    pub(super) example: (&'static [u8], &'static str),
}

macro_rules! products {
    ($($name:literal [$($file:literal),*] [$($evidence:literal),*] $example:literal => $version:literal $(, $by_name:ident)?;)*) => {
        pub(super) const PRODUCTS: &[Product] = &[$(Product {
            name: $name,
            files: &[$($file),*],
            evidence: &[$($evidence),*],
            by_name: products!(@by_name $($by_name)?),
            #[cfg(test)]
            example: ($example, $version),
        }),*];
    };
    (@by_name by_name) => { true };
    (@by_name) => { false };
}

products! {
    // Language runtimes.
    "python" ["python*", "libpython*"] ["\0{v3+}\0", "/Python-{v3+}\0", "/{v3+}\0"] b"\0initial_thread\x003.11.2\0main" => "3.11.2", by_name;
    "pypy" ["libpypy*"] ["[PyPy {v3}"] b"[PyPy 7.3.12 with GCC" => "7.3.12";
    "node" ["node", "nodejs", "libnode.so*"] ["node.js/v{v3}", "\0node v{v3}\0"] b"\0node.js/v20.9.0\0" => "20.9.0";
    "ruby" ["ruby", "ruby?.*", "libruby*"] ["ruby {v3+} ("] b"ruby 3.1.7p261 (2025-03-26 revision 0a3704f218)" => "3.1.7p261";
    "php" ["php", "php?", "php?.*", "php-fpm*", "php-cgi*", "php-cli*", "libphp*"] ["X-Powered-By: PHP/{v3+}"]
        b"\0X-Powered-By: PHP/8.2.13\0" => "8.2.13";
    "perl" ["perl", "perl5*", "libperl*"] ["/perl/{v3}\0", "/perl5/{v3}\0", "\0v{v3:5.}\0"] b"/usr/local/share/perl/5.36.0\0" => "5.36.0";
    "lua" ["lua", "lua5*", "luac*", "liblua5*", "liblua.so*"] ["Lua {v3}  Copyright (C)"] b"\0Lua 5.4.4  Copyright (C) 1994-2022 Lua.org" => "5.4.4";
    "luajit" ["luajit*", "libluajit*"] ["LuaJIT {v3+}\0"] b"\0LuaJIT 2.1.0-beta3\0" => "2.1.0-beta3";
    "julia" ["libjulia-internal.so*"] ["__init__\0{v3}\0"] b"__init__\x001.9.3\0verify" => "1.9.3";
    "rust" ["libstd-*", "librustc_driver-*"] ["rustc version {v3} ("] b"clang LLVM (rustc version 1.70.0 (90c541806 2023-05-31))" => "1.70.0";
    "erlang" ["erlexec", "beam.smp"] ["/otp_src_{v2}/erts/", "/otp-{v2}/erts/", "\0{v2}{0}Erlang/OTP"] b"/usr/src/otp_src_25.3.2.6/erts/" => "25.3.2.6";
    "dart" ["dart"] ["Dart,GC\"\0{v3} ("] b"Dart,GC\"\x003.5.2 (stable)" => "3.5.2";
    "deno" ["deno"] ["Deno/{v3}"] b"\0Deno/2.6.3\0" => "2.6.3";
    "ghc" ["ghc", "ghc-*"] ["\0GHC {v3}\0"] b"\0GHC 9.4.7\0" => "9.4.7";
    "swi-prolog" ["swipl"] ["swipl-{v3}/"] b"/home/swipl/src/swipl-9.1.8/src" => "9.1.8";
    "gcc" ["gcc", "gcc-*", "g++", "g++-*", "cc1", "*-gcc", "*-gcc-*"] ["GCC: (GNU) {v3}\0"] b"GCC: (GNU) 12.3.0\0" => "12.3.0";

    // Servers of the web, and what stands in front of them.
    "nginx" ["nginx", "nginx-debug"] ["nginx version: nginx/{v3}"] b"\0nginx version: nginx/1.25.1\0" => "1.25.1";
    "openresty" ["nginx", "openresty"] ["nginx version: openresty/{v3}"] b"\0nginx version: openresty/1.21.4.1\0" => "1.21.4.1";
    "httpd" ["httpd", "apache2"] ["Apache/{v3} ", "Apache/{v3}\0"] b"\0Apache/2.4.57 (Unix)\0" => "2.4.57";
    "haproxy" ["haproxy"] ["HA-Proxy version {v2+}", " version {v3}, released 20", " version {v3}-", "HAProxy version {v3}"]
        b"any more since HAProxy version 2.5.\0 version 2.6.12-1+deb12u4, released 2026/10/17" => "2.6.12";
    "envoy" ["envoy"] ["\0{v3}\0envoy_reloadable_features"] b"\x001.36.4\0envoy_reloadable_features" => "1.36.4";
    "lighttpd" ["lighttpd"] ["lighttpd/{v3}"] b"\0lighttpd/1.4.69\0" => "1.4.69";
    "varnish" ["varnishd"] ["varnish-{v3} revision"] b"varnish-7.1.1 revision 7cee1c581bead20e88d101ab3d72afb29f14d87a" => "7.1.1";
    "squid" ["squid"] ["squid/{v2}"] b"\0squid/5.7\0" => "5.7";
    "curl" ["curl", "libcurl*"] ["curl/{v3}"] b"\0curl/7.88.1\0" => "7.88.1";
    "nghttp2" ["libnghttp2*"] ["nghttp2/{v3}"] b"\0nghttp2/1.52.0\0" => "1.52.0";

    // Databases, caches and queues.
    "postgresql" ["postgres", "psql", "pg_dump", "pg_ctl", "libpq*"] ["PostgreSQL {v2+} ", "PostgreSQL) {v2+}\0", "PostgreSQL {v2+}\0"]
        b"\0PostgreSQL 15.4 on x86_64-pc-linux-musl" => "15.4";
    "mariadb" ["mariadbd", "mariadb", "mysqld", "mysql"] ["{v3}-MariaDB"] b"\x0010.6.15-MariaDB\0" => "10.6.15";
    "mysql" ["mysqld", "mysql", "mysqladmin", "mysqldump"] ["/mysql-{v3}/", "/mysql-{v3}-"] b"/export/home/pb2/build/sb_1/mysql-8.0.34/sql" => "8.0.34";
    "percona-server" ["mysqld", "mysql"] ["/percona-server-{v3}"] b"/mnt/workspace/percona-server-8.0.34-26/sql" => "8.0.34";
    "percona-xtradb-cluster" ["mysqld", "mysql"] ["/Percona-XtraDB-Cluster-{v3}"] b"/src/Percona-XtraDB-Cluster-8.0.34/sql" => "8.0.34";
    "percona-xtrabackup" ["xtrabackup", "xbstream", "xbcrypt"] ["/percona-xtrabackup-{v3}"] b"/src/percona-xtrabackup-8.0.35/sql" => "8.0.35";
    // Before what the build information goes on with: until 6, in 7, and since 8.
    "mongodb" ["mongod", "mongos"] ["{v3}\0tcmalloc", "{v3}{0}heap_size", "{v3}{0}cppdefines"] b"\x006.0.27\0tcmalloc" => "6.0.27";
    "redis" ["redis-server", "redis-sentinel", "redis-check-*"] ["{v3}buildkitsandbox-", "Redis version {v3}"] b"\x007.2.4buildkitsandbox-1704767823000000000\0" => "7.2.4";
    "valkey" ["valkey-server", "valkey-sentinel"] ["{v3}buildkitsandbox-", "valkey_version:{v3}"] b"\x007.2.5buildkitsandbox-1713330480000000000\0" => "7.2.5";
    "memcached" ["memcached"] ["memcached {v3}"] b"\0memcached 1.6.18\0" => "1.6.18";
    "sqlite" ["sqlite3", "libsqlite3*"] ["SQLite version {v3}", "\0{v3:3.}\0"] b"SQLite version 3.40.1" => "3.40.1";
    "mosquitto" ["mosquitto"] ["mosquitto version {v3}"] b"mosquitto version 2.0.18" => "2.0.18";
    "arangodb" ["arangosh", "arangod"] ["{v3} [linux]"] b"\x003.11.4 [linux]" => "3.11.4";

    // Shells and tools of the system.
    "bash" ["bash", "sh"] ["@(#)Bash version {v3}("] b"@(#)Bash version 5.2.15(1) release GNU" => "5.2.15";
    "busybox" ["busybox*"] ["BusyBox v{v3}"] b"BusyBox v1.36.1 (2023-07-27 17:12:24 UTC)" => "1.36.1";
    "zsh" ["zsh", "zsh5", "zsh-*"] ["zsh-{v2}", "/zsh/{v2}\0"] b"\0zsh-5.9-0-g73d3173\0" => "5.9";
    "git" ["git"] ["git/{v3}", "\0{v3}\0git version"] b"\0git/2.43.0\0" => "2.43.0";
    "util-linux" ["mount", "umount", "getopt", "fdisk", "libmount*", "libblkid*"] ["util-linux {v2}"] b"\0util-linux 2.39.2\0" => "2.39.2";
    "xz" ["xz", "xzdec", "lzmainfo"] ["(XZ Utils) {v3}"] b"\0xz (XZ Utils) 5.4.1\0" => "5.4.1";
    "vim" ["vim", "vim.*", "vi"] ["VIM - Vi IMproved {v2}"] b"VIM - Vi IMproved 9.0 (2022 Jun 28" => "9.0";
    "tar" ["tar"] ["tar (GNU tar) {v2}", "\0{v2}\0%s-%s-%d"] b"%s: byte %s: %s\x001.34\0%s-%s-%d\n" => "1.34";
    "tmux" ["tmux"] ["\0{v2+}\0en_US.UTF-8\0C.UTF-8"] b"\x003.3a\0en_US.UTF-8\0C.UTF-8" => "3.3a";
    "zstd" ["zstd"] ["\0v{v3}\0Zstandard CLI"] b"\0v1.5.4\0Zstandard CLI\0" => "1.5.4";
    "glibc" ["libc.so.6", "libc-*.so"] ["stable release version {v2}."] b"GNU C Library (GNU libc) stable release version 2.36.\n" => "2.36";
    "musl" ["ld-musl-*", "libc.musl-*"] ["Version {v3}\nDynamic Program Loader"] b"Version 1.2.4\nDynamic Program Loader" => "1.2.4";
    "systemd" ["systemd", "libsystemd-shared-*"] ["systemd {v1} running in"] b"systemd 252 running in %ssystem mode" => "252";

    // Cryptography and remote access.
    "openssl" ["openssl", "libcrypto*", "libssl*"] ["OpenSSL {v3+} {n} ", "OpenSSL {v3+}  {n} ", "OpenSSL {v3+}  FIPS", "OpenSSL {v3+}-fips"] b"\0OpenSSL 1.1.1w  11 Sep 2023\0" => "1.1.1w";
    // What stands in for OpenSSL names a version of it that it is compatible with.
    "aws-lc" ["openssl", "libcrypto*", "libssl*"] ["(compatible; AWS-LC {v3})"] b"\0OpenSSL 1.1.1 (compatible; AWS-LC 1.69.0)\0" => "1.69.0";
    "libressl" ["openssl", "libcrypto*", "libtls*"] ["LibreSSL {v3}"] b"\0LibreSSL 3.7.3\0" => "3.7.3";
    "openssh" ["ssh", "sshd", "ssh-agent", "ssh-add", "ssh-keygen", "sshd-session"] ["OpenSSH_{v2+} ", "OpenSSH_{v2+}\0"] b"\0OpenSSH_9.3p2\0" => "9.3p2";
    "dropbear" ["dropbear*", "dbclient"] ["dropbear_{v2}"] b"SSH-2.0-dropbear_2022.83" => "2022.83";
    "libssh2" ["libssh2*"] ["libssh2_{v3}"] b"SSH-2.0-libssh2_1.10.0" => "1.10.0";
    "libgcrypt" ["libgcrypt*"] ["Libgcrypt {v3}"] b"This is Libgcrypt 1.10.1 - The GNU Crypto Library" => "1.10.1";
    "gnupg" ["gpg", "gpg2", "gpgv", "gpg-agent", "dirmngr"] ["(@GNUPG@)\0{v3}\0"] b"@GPG@ (@GNUPG@)\x002.2.40\0GNU/Linux" => "2.2.40";
    "openvpn" ["openvpn"] ["\0OpenVPN {v3} "] b"peers running OpenVPN 2.6.0 or higher)\0OpenVPN 2.6.3 x86_64-pc-linux-gnu" => "2.6.3";
    "stunnel" ["stunnel*"] ["stunnel {v2}"] b"stunnel 5.68 on x86_64-pc-linux-gnu platform" => "5.68";

    // Names, mail and files on the network.
    "openldap" ["ldapsearch", "ldapmodify", "slapd"] ["$OpenLDAP: ldapsearch {v3}", "$OpenLDAP: ldapmodify {v3}", "$OpenLDAP: slapd {v3}"]
        b"@(#) $OpenLDAP: ldapsearch 2.4.45 (" => "2.4.45";
    "dnsmasq" ["dnsmasq"] ["dnsmasq-{v2}"] b"\0dnsmasq-2.89\0" => "2.89";
    "bind" ["named", "libdns-*", "libisc-*"] ["BIND {v3}"] b"BIND 9.18.19 (Extended Support Version)" => "9.18.19";
    "unbound" ["unbound", "unbound-*"] ["unbound {v3}"] b"\0unbound 1.17.1\0" => "1.17.1";
    "exim" ["exim", "exim4"] ["\0{v2}\0<<eximversion>>", "Exim {v2} ("] b"<<eximcnumber>>\x004.96\0<<eximversion>>\0" => "4.96";
    "proftpd" ["proftpd"] ["ProFTPD Version {v3+}"] b"\0ProFTPD Version 1.3.8a\0" => "1.3.8a";
    "vsftpd" ["vsftpd"] ["vsftpd: version {v3}"] b"vsftpd: version 3.0.5\n" => "3.0.5";
    "rsync" ["rsync"] ["rsync  version {v3}", "\0{v3}\0copyright\0"] b"\"%s\": \"%s\"\x003.5.0\0copyright\0url" => "3.5.0";

    // Media, documents and compression.
    "ffmpeg" ["ffmpeg", "ffprobe", "ffplay", "libav*", "libswresample*", "libswscale*"] ["FFmpeg version {v2}", "ffmpeg version {v2}", "%s version {v2}"] b"\0FFmpeg version 6.0.1\0" => "6.0.1";
    "imagemagick" ["magick", "convert", "identify", "libMagickCore*"] ["ImageMagick {v3+} "] b"ImageMagick 6.9.11-60 Q16 x86_64" => "6.9.11-60";
    "ghostscript" ["gs", "gsc", "libgs.so*"] ["GPL Ghostscript {v2}"] b"GPL Ghostscript 10.00.0" => "10.00.0";
    "qtbase" ["libQt5Core.so*", "libQt6Core.so*"] ["\0Qt {v3} ("] b"\0\0Qt 6.5.0 (x86_64-little_endian-lp64" => "6.5.0";
    "zlib" ["libz.so*"] [" deflate {v3} Copyright"] b" deflate 1.2.13 Copyright 1995-2022 Jean-loup Gailly" => "1.2.13";
    "expat" ["libexpat*"] ["expat_{v3}"] b"\0expat_2.5.0\0" => "2.5.0";
    "libpng" ["libpng*"] ["libpng version {v3}"] b" libpng version 1.6.39\n" => "1.6.39";
    "libtiff" ["libtiff*"] ["LIBTIFF, Version {v3}"] b"LIBTIFF, Version 4.5.0\n" => "4.5.0";
    "libjpeg-turbo" ["libjpeg*", "libturbojpeg*"] ["libjpeg-turbo version {v3}"] b"libjpeg-turbo version 2.1.5 (build 20230203)" => "2.1.5";

    // What runs containers, and what is told by more than its module.
    // Go's linker puts texts that it is told (`-X`) behind the version of Go.
    "containerd" ["containerd", "ctr", "containerd-shim*"] ["containerd/version.Version=v{v3}", "containerd/version.Version={v3}", "\0go1.{n}{0}v{v3}", "\0go1.{n}{0}{v3}"]
        b"\0go1.19.8\0\0\0\0\0\0\0\0\x001.6.20~ds1\0" => "1.6.20";
    "runc" ["runc"] ["\0go1.{n}{0}{v3}"] b"\0go1.19.8\0\0\0\0\0\0\0\0\x001.1.5+ds1\0" => "1.1.5";
    "docker" ["dockerd", "docker"] ["dockerversion.Version={v3}", "cli/version.Version={v3}", "\0go1.{n}{0}{v3}"]
        b"github.com/docker/docker/dockerversion.Version=20.10.24+dfsg1" => "20.10.24";
    "kubernetes" ["kubectl", "kubelet", "kubeadm", "kube-*", "hyperkube"] ["version.gitVersion=v{v3}"]
        b"k8s.io/component-base/version.gitVersion=v1.20.2' -X" => "1.20.2";
    "prometheus" ["prometheus", "promtool"] ["common/version.Version={v3}", "\0go1.{n}{0}{v3}"]
        b"\0go1.19.8\0\0\0\0\0\0\0\0go1.19.8\0\0\0\0\0\0\0\0\x002.42.0+ds\0" => "2.42.0";
    "skopeo" ["skopeo"] ["skopeo/{v3}"] b"signedPrefixskopeo/1.9.3spanSet" => "1.9.3";
    "nats-server" ["nats-server"] ["nats-server/v2\tv{v3}"] b"mod\tgithub.com/nats-io/nats-server/v2\tv2.15.1\t" => "2.15.1";
    "consul" ["consul"] ["CONSUL_VERSION: {v3}"] b"CONSUL_VERSION: 1.15.4" => "1.15.4";
    "fluent-bit" ["fluent-bit"] ["\0{v3}\0%sFluent Bit", "\0{v3}{0}Fluent Bit"] b"\x003.0.2\0%sFluent Bit" => "3.0.2";
    "wp-cli" ["wp", "wp-cli*"] ["wp-cli/wp-cli {v3}"] b"wp-cli/wp-cli 2.9.0" => "2.9.0";
    "qemu" ["qemu-*"] ["QEMU {v3}", "qemu-{v3}"] b"QEMU 7.2.5 monitor" => "7.2.5";
    "chrome" ["chrome", "chromium", "headless_shell"] ["\0{v4}\0Default"] b"\x00127.0.6533.119\0Default" => "127.0.6533.119";
}
