#!/usr/bin/env bash
# Matters to: links into mail archives that run public-inbox (the kernel's, Git's and many others).
# Guess: a message that the archive does not hold is answered with 404.
# Really: for anything that looks like a Message-ID the answer is 300 (Multiple Choices) without a Location, and the
#   page's title says that the message was not found; only its raw form is a 404. The address without its last slash
#   is even sent on with 301 first, whether or not there is such a message.
# For linkwarden: 300 is not in itself a page that is there; a 300 whose title says "not found" is broken or suspect.
set -Eeuo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cannot() { echo "cannot run here: $*" >&2; exit 2; }
trap 'echo "CHANGED: line $LINENO no longer runs" >&2; exit 1' ERR

mkdir "$tmp/debs" "$tmp/root" "$tmp/home"
(cd "$tmp/debs" && apt-get -q download public-inbox=1.9.0-1 libpublicinbox-perl=1.9.0-1 \
    libplack-perl libemail-address-xs-perl libdbi-perl libdbd-sqlite3-perl libsearch-xapian-perl libxapian30 \
    libhash-multivalue-perl libstream-buffered-perl libdevel-stacktrace-perl libdevel-stacktrace-ashtml-perl \
    liburi-perl libhttp-message-perl libhttp-date-perl libhttp-headers-fast-perl libtimedate-perl libio-html-perl \
    liblwp-mediatypes-perl libencode-locale-perl libtry-tiny-perl libclone-perl libmodule-runtime-perl \
    libapache-logformat-compiler-perl libposix-strftime-compiler-perl) >"$tmp/log" 2>&1 \
    || cannot "the Debian packages cannot be downloaded: $(tail -n 1 "$tmp/log")"
for deb in "$tmp"/debs/*.deb; do dpkg -x "$deb" "$tmp/root"; done

PERL5LIB="$tmp/root/usr/share/perl5:$tmp/root$(perl -MConfig -e 'print $Config{vendorarch}')"
LD_LIBRARY_PATH="$tmp/root/usr/lib/$(perl -MConfig -e 'print $Config{multiarch} || "x86_64-linux-gnu"')"
export PERL5LIB LD_LIBRARY_PATH HOME="$tmp/home" PI_EMERGENCY="$tmp/home/emergency" ORIGINAL_RECIPIENT=list@example.org
perl -MPublicInbox::WWW -MPlack::Test -MDBD::SQLite -e 1 2>"$tmp/log" || cannot "$(head -n 1 "$tmp/log")"

# An archive that holds one message.
bin=$tmp/root/usr/bin
perl "$bin/public-inbox-init" -V2 -L basic list "$HOME/list" http://lists.example/list list@example.org >"$tmp/log" 2>&1 \
    || cannot "$(tail -n 1 "$tmp/log")"
git config -f "$HOME/.public-inbox/config" publicinboxmda.spamcheck none
perl "$bin/public-inbox-mda" --no-precheck >"$tmp/log" 2>&1 <<'MAIL' || cannot "$(tail -n 1 "$tmp/log")"
From: Ann <ann@example.org>
To: list@example.org
Subject: A patch
Date: Wed, 01 Jan 2020 00:00:00 +0000
Message-ID: <20200101.1-ann@example.org>

Here it is.
MAIL

cat >"$tmp/ask.pl" <<'PERL'
use v5.12;
use HTTP::Request;
use Plack::Test;
use PublicInbox::WWW;
my $www = PublicInbox::WWW->new;
test_psgi(sub { $www->call(@_) }, sub {
    my ($client) = @_;
    for my $path (@ARGV) {
        my $answer = $client->(HTTP::Request->new(GET => "http://lists.example$path"));
        my ($title) = $answer->decoded_content =~ m{<title>([^<]*)};
        say join ' | ', $path, $answer->code, $answer->header('Location') // 'no Location', $title // 'no title';
    }
});
PERL
perl "$tmp/ask.pl" /list/20200101.1-ann@example.org/ /list/20200101.2-ann@example.org/ /list/20200101.2-ann@example.org \
    /list/20200101.2-ann@example.org/raw /nolist/ >"$tmp/seen" 2>"$tmp/log" || cannot "$(tail -n 1 "$tmp/log")"

cat >"$tmp/expected" <<'SEEN'
/list/20200101.1-ann@example.org/ | 200 | no Location | A patch - Ann
/list/20200101.2-ann@example.org/ | 300 | no Location | &lt;20200101.2-ann@example.org&gt; not found
/list/20200101.2-ann@example.org | 301 | http://lists.example/list/20200101.2-ann@example.org/ | no title
/list/20200101.2-ann@example.org/raw | 404 | no Location | no title
/nolist/ | 404 | no Location | no title
SEEN

echo "public-inbox $(dpkg-deb -f "$(ls "$tmp"/debs/public-inbox_*.deb)" Version) (Debian)"
echo "Behaviour: a message that the archive does not hold is answered with 300, not with 404."
echo "Seen (path | status | Location | title; only message 1 is there):"
sed 's/^/  /' "$tmp/seen"
diff -u "$tmp/expected" "$tmp/seen" || { echo "CHANGED: public-inbox no longer answers like that" >&2; exit 1; }
