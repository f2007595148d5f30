"""What real software sends for what it does not have, and for what it has (docs/facts/soft-404.md#software)."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from linkwarden.net import Net
from tests.internet import FakeInternet, Site, misbehave
from tests.links import slug
from tests.soft404.rot import page as look

SITE = "https://a.example.org"
WORDS = "<p>" + "Here is how the thing is made, step by step, with what is needed. " * 30
MENU = "<div id=menu>" + "".join(f"<a href=/{n}>Item {n}</a> " for n in range(40)) + "</div>"
NO_INDEX = '<meta name="robots" content="noindex,nofollow">'
SCRIPT = '<script src="/app.js"></script>'
MOUNT = '<div id="root"></div>' + SCRIPT


class Answer(NamedTuple):
    """What a program sends for a link.

    Attributes:
        path: the link's path and query.
        body: what is sent.
        everywhere: the program sends it for every URL of its site.
        text: the link's text.
        status: its status.
    """

    path: str
    body: str
    everywhere: bool = False
    text: str = "The thing"
    status: int = 200


GONE = {
    "MediaWiki revision": Answer(
        "/index.php?title=Fern&oldid=99999",
        f"<title>Error - Garden</title>{NO_INDEX}<h1>Error</h1><p>The revision #99999 of the page named "
        '"Fern" does not exist.</p><p>This is usually caused by following an outdated history link.',
    ),
    "MediaWiki in German": Answer(
        "/index.php?title=Farn&oldid=9",
        f"<title>Fehler</title>{NO_INDEX}<h1>Fehler</h1><p>Die Version 9 der Seite „Farn“ ist nicht vorhanden.",
    ),
    "MediaWiki title": Answer(
        "/wiki/A%5B", f"<title>Bad title - Garden</title>{NO_INDEX}<h1>Bad title</h1><p>The requested page title …"
    ),
    "MediaWiki difference": Answer(
        "/index.php?title=Fern&diff=99999",
        f'<title>Difference between revisions of "Fern" - Garden</title>{NO_INDEX}<h1>Difference between revisions of '
        '"Fern"</h1><p>One revision of this difference (99999) was not found.</p><p>This is usually caused by …',
    ),
    "JSPWiki": Answer("/wiki/Fern", "<title>Garden: Fern</title><h1>Fern</h1><p>This page does not exist.", True),
    "DokuWiki revision": Answer(
        "/doku.php?id=fern&rev=1",
        f"<title>fern [Garden]</title>{NO_INDEX}<h1>No such revision</h1><p>The specified "
        "revision doesn't exist. Click on Old revisions for a list of old revisions of this document.",
    ),
    "DokuWiki page": Answer(
        "/doku.php?id=moss",
        f"<title>moss [Garden]</title>{NO_INDEX}<body><div id=dokuwiki__site class='mode_show notFound'>"
        "<h1>This topic does not exist yet</h1><p>You've followed a link to a topic that doesn't exist yet.</div>",
    ),
    "Fossil check-in": Answer(
        "/info/abcdef12",
        "<title>Garden: No Such Object</title><header><h1>Garden</h1></header><p>No such object: abcdef12",
    ),
    "Fossil ticket": Answer(
        "/tktview/0123abcd", "<title>Garden: No Such Ticket</title><h1>No Such Ticket</h1><p>No such ticket: 0123abcd"
    ),
    "Fossil check-in by its short path": Answer(
        "/ci/0123456789abcdef",
        f"<title>Garden: Check-in Information Error</title>{MENU}<h1>Garden</h1><h2>Check-in Information Error</h2>"
        "<div class=content>No such object: 0123456789abcdef</div>",
    ),
    "Fossil ticket's history": Answer(
        "/tkthistory/0123456789abc",
        f"<title>Garden: History Of Ticket 0123456789abc</title>{MENU}<div>No such ticket: 0123456789abc</div>",
    ),
    "Fossil note": Answer(
        "/technote/0123456789ab",
        f"<title>Garden: No Such Tech-Note</title>{MENU}<div>Cannot locate a technical note called "
        "<b>0123456789ab</b>.</div>",
    ),
    "Bugzilla": Answer(
        "/show_bug.cgi?id=99999", "<title>Invalid Bug ID</title><h1>Bugzilla</h1><p>Bug #99999 does not exist."
    ),
    "Mantis": Answer(
        "/view.php?id=9999",
        f"<title>MantisBT</title>{NO_INDEX}<p>APPLICATION ERROR #1100</p><p>Issue 9999 not found.</p>",
    ),
    "phpBB": Answer(
        "/viewtopic.php?t=99999",
        f"<title>Garden - Information</title>{MENU}<h2>Information</h2><p>The requested topic does not exist.",
        everywhere=True,
    ),
    "SMF": Answer(
        "/index.php?topic=99999.0",
        f"<title>An Error Has Occurred!</title>{NO_INDEX}<h3>An Error Has Occurred!</h3><p>The topic or board you are "
        "looking for appears to be either missing or off limits to you.",
    ),
    "MyBB": Answer(
        "/showthread.php?tid=99999", "<title>Garden</title><b>Garden</b><p>The specified thread does not exist.", True
    ),
    "vBulletin": Answer(
        "/showthread.php?t=99999",
        f"<title>Garden</title>{NO_INDEX}<p>Invalid Thread specified. If you followed a valid link, please notify the "
        "administrator",
    ),
    "Hacker News": Answer("/item?id=99999999", "<html><body>No such item.", True),
    "cgit": Answer("/repo/commit/?id=abcdef99", f"<title>repo - Garden</title>{NO_INDEX}<div>Bad object id: abcdef99"),
    "public-inbox": Answer(
        "/list/20200101.2-ann@example.net/",
        "<title>&lt;20200101.2-ann@example.net&gt; not found</title><pre>Message-ID &lt;20200101.2-ann@example.net&gt;"
        "\nnot found\n\nPerhaps try an external site:\n",
        status=300,
    ),
    "Next.js 15": Answer(
        "/wiki/juniper",
        f"<title>Garden</title><div>Loading…</div><script>self.__next_f=[]</script>{NO_INDEX}"
        '<template data-dgst="NEXT_HTTP_ERROR_FALLBACK;404"></template>',
    ),
    "Next.js 14": Answer(
        "/wiki/juniper",
        f'<title>Garden</title><div>Loading…</div>{NO_INDEX}<template data-dgst="NEXT_NOT_FOUND"></template>{SCRIPT}',
    ),
    "Next.js in a page that is to be listed": Answer(
        "/wiki/juniper",
        f'<title>Garden</title><meta name="robots" content="index, follow"><div>Loading…</div>{NO_INDEX}'
        f'<meta name="next-error" content="not-found">{SCRIPT}',
    ),
    "React Router": Answer(
        "/wiki/juniper",
        "<title>Garden</title><h1>404</h1><p>Not Found<script>window.__reactRouterContext.streamController.enqueue("
        r'"[{\"_1\":2},\"errors\",[\"ErrorResponse\",9],\"status\",404,\"statusText\",\"Not Found\"]")</script>',
    ),
    "Next.js payload": Answer(
        "/wiki/juniper",
        f"<title>Garden</title><div>Loading…</div>{NO_INDEX}<script>self.__next_f.push([1,"
        r'"9:E{\"digest\":\"NEXT_HTTP_ERROR_FALLBACK;404\"}"])</script>',
    ),
    "Next.js pages": Answer(
        "/wiki/juniper",
        "<title>404: This page could not be found</title><div id=__next><h1>404</h1></div>"
        '<script id="__NEXT_DATA__" type="application/json">{"props":{},"page":"/404","query":{}}</script>',
    ),
    "Nuxt": Answer(
        "/wiki/juniper",
        "<title>404 - Page not found: /wiki/juniper</title><div id=__nuxt><h1>404</h1><p>Page not found: /wiki/juniper"
        "</div><script>window.__NUXT__={error:{statusCode:404}}</script>",
    ),
    "Remix": Answer(
        "/wiki/juniper",
        '<title>Garden</title><h1>404 Not Found</h1><script>window.__remixContext={"state":{"errors":{"routes/$":'
        '{"status":404,"statusText":"Not Found","internal":false,"data":"x","__type":"RouteErrorResponse"}'
        "}}}</script>",
    ),
    "SvelteKit": Answer(
        "/wiki/juniper",
        "<title>Garden</title><h1>404</h1><p>Not Found<script>kit.start(app, element, {node_ids: [0, 1],"
        ' data: [null,null], form: null, error: {message:"Not Found"}, status: 404});</script>',
    ),
    "Gatsby": Answer(
        "/wiki/juniper",
        "<title>Not found</title><div id=___gatsby><h1>404: Not Found</h1><p>You just hit a route that doesn&#39;t "
        'exist... the sadness.</div><script>window.pagePath="/404.html"</script>',
    ),
    "Blazor": Answer(
        "/wiki/juniper", "<title>Not found</title><p role=alert>Sorry, there's nothing at this address.</p>" + SCRIPT
    ),
    "WordPress": Answer(
        "/2019/05/juniper/",
        f'<title>Page not found – Garden</title><body class="error404"><h1>Nothing here</h1>{MENU}<p>It looks like '
        "nothing was found at this location. Maybe try a search?",
    ),
    "JSON": Answer("/api/juniper", '{"status":404,"error":"Not Found","path":"/api/juniper"}'),
    "JSON of FastAPI": Answer("/api/juniper", '{"detail":"Not Found"}'),
    "plain text": Answer("/pub/juniper.txt", "404 Not Found\n"),
    "a shell for a PDF": Answer("/papers/juniper.pdf", f"<title>Acme</title>{MOUNT}", True),
    "a shell for an archive": Answer("/dl/juniper-1.0.tar.gz", f"<title>Acme</title>{MOUNT}", True),
    "a shell for a film": Answer("/dl/juniper.mp4", f"<title>Acme</title>{MOUNT}", True),
    "a home page for a table": Answer("/data/juniper.csv", f"<title>Acme</title><h1>Acme</h1>{WORDS}", True),
}

LIVING = {
    "a report of an object that is missing": Answer(
        "/tickets/20412345",
        f"<title>Ticket 20412345: No such object after an update</title>{MENU}<h1>No such object after an update</h1>"
        f"<p>No such object: 98765432{WORDS}",
    ),
    "a short note that quotes a message": Answer(
        "/notes/2041", f"<title>Notes of 2041</title>{MENU}<p>No such file: 2041</p><p>That is what it says."
    ),
    "a chapter": Answer("/book/error", f"<title>Error</title><h1>Error</h1>{WORDS}"),
    "a short chapter": Answer("/book/error", "<title>Error</title><h1>Error</h1><p>An error is what one learns from."),
    "a chapter that is not to be listed": Answer("/book/error", f"<title>Error</title>{NO_INDEX}<h1>Error</h1>{WORDS}"),
    "a list of messages in documentation": Answer(
        "/docs/messages",
        f"<title>Messages</title>{NO_INDEX}<h1>All</h1><ul><li>Invalid ID.<li>No such file.<li>Page not found.</ul>",
    ),
    "an error in documentation": Answer(
        "/docs/error-codes/17", f"<title>E17</title>{NO_INDEX}<h1>E17</h1><p>No such file or directory.", text="E17"
    ),
    "a check-in": Answer("/info/0011", f"<title>Garden: Check-in [0011]</title><h1>Garden</h1>{WORDS}"),
    "a song": Answer("/songs/1", f"<title>No Such Thing</title><h1>No Such Thing</h1>{WORDS}", text="No Such Thing"),
    "a film": Answer("/f/7", "<title>Unknown User (2014)</title><h1>Unknown User</h1><p>A film.", text="Unknown User"),
    "a streamed page": Answer(
        "/wiki/fern", "<title>Garden</title><div>Loading…</div><script>self.__next_f=[]</script>", True
    ),
    "an article about the marker": Answer(
        "/blog/streamed",
        f"<title>How it is streamed</title><h1>How it is streamed</h1>{WORDS}<code>NEXT_HTTP_ERROR_FALLBACK;404</code>",
    ),
    "Dash": Answer(
        "/forecast",
        "<title>Observatory</title><p>River levels for the valley.</p><div id=react-entry-point><div class=_loading>"
        f"Loading...</div></div><footer>By volunteers{SCRIPT}</footer>",
        True,
    ),
    "Dash in other words": Answer(
        "/forecast",
        "<title>Observatory</title><h1>Observatory</h1><p>Levels.</p><div id=react-entry-point></div>" + SCRIPT,
        True,
    ),
    "an app that is loading": Answer(
        "/forecast", f"<title>Board</title><h1>Board</h1><section id=main-ui>Please wait…</section>{SCRIPT}", True
    ),
    "an element of its own": Answer(
        "/forecast", f"<title>Board</title><h1>Board</h1><p>For all.<my-shell class=x></my-shell>{SCRIPT}", True
    ),
    "Streamlit": Answer(
        "/forecast",
        f"<title>Streamlit</title><noscript>You need to enable JavaScript to run this app.</noscript>{MOUNT}",
        True,
    ),
    "Gradio": Answer("/forecast", f"<title>Gradio</title><gradio-app></gradio-app>{SCRIPT}", True),
    "a viewer": Answer("/view/paper.pdf", f"<title>paper.pdf</title><h1>paper.pdf</h1>{WORDS}<p>12 pages."),
    "a wiki's page of an image": Answer(
        "/wiki/File:Fern.png", "<title>File:Fern.png - Garden</title><h1>File:Fern.png</h1><img src=/i/Fern.png>"
    ),
    "JSON about a status": Answer("/api/codes/1", '{"status":404,"title":"Not Found","rfc":"9110"}'),
    "an API's data": Answer("/api/thing", '{"message":"hello","data":{"id":1}}'),
    "a list of messages": Answer("/errors.json", '{"error":"not found"}', text="Not found, as JSON"),
    "a forum's topic": Answer(
        "/viewtopic.php?t=5",
        f"<title>Mail does not exist - Garden</title>{MENU}<h2>Mail does not exist</h2>{WORDS}",
        text="Mail does not exist",
    ),
    "choices": Answer("/spec", "<title>Spec</title><h1>Spec</h1><p><a href=/spec.html>HTML</a>", status=300),
}

WALLS = {
    "MediaWiki": Answer(
        "/wiki/Fern",
        f"<title>Login required - Garden</title>{NO_INDEX}<h1>Login required</h1><p>Please <a href=/l>log in</a> to "
        "view other pages.",
    ),
    "DokuWiki": Answer(
        "/doku.php?id=moss",
        f"<title>moss [Garden]</title>{NO_INDEX}<h1>Permission Denied</h1><p>Sorry, you don't have enough rights to "
        "continue.<h1>Login</h1><form><input name=u><input type=password name=p></form>",
    ),
    "phpBB": Answer(
        "/viewforum.php?f=2",
        f"<title>Garden - User Control Panel - Login</title>{MENU}<form><h2>Login</h2><p>The board requires you to be "
        "registered and logged in to view this forum.<input type=password name=p></form>",
    ),
    "MyBB": Answer(
        "/showthread.php?tid=1",
        "<title>Garden</title><p>You are either not logged in or do not have permission to view this page.",
    ),
    "vBulletin": Answer(
        "/showthread.php?t=1",
        "<title>Garden - vBulletin Message</title><p>You are not logged in or you do not have permission to access "
        "this page. This could be due to one of several reasons:",
    ),
    "WordPress": Answer(
        "/2020/post/",
        "<title>Protected: Ferns – Garden</title><h1>Protected: Ferns</h1><form class=post-password-form><p>This "
        "content is password protected. To view it please enter your password below:<input type=password></form>",
    ),
    "MediaWiki for groups": Answer(
        "/wiki/Moss",
        f"<title>Permission error - Garden</title>{NO_INDEX}<h1>Permission error</h1><p>You do not have permission to "
        "read this page, for the following reason:",
    ),
    "Wiki.js": Answer("/moss", "<title>Unauthorized | Garden</title><h1>Unauthorized</h1><p>You cannot view it."),
    "Bugzilla": Answer(
        "/show_bug.cgi?id=5",
        "<title>Access Denied</title><h1>Bugzilla</h1><p>You are not authorized to access bug 5.",
    ),
    "JupyterHub": Answer(
        "/user/ann/notebooks/a", "<title>JupyterHub</title><form><h1>Sign in</h1><input type=password name=p></form>"
    ),
    "Mailman": Answer(
        "/mailman/private/list/2020.html",
        "<title>List Private Archives Authentication</title><form>Password:<input type=password></form>",
    ),
    "a form and nothing else": Answer("/docs/report", "<title>Acme</title><form><input type=password name=p></form>"),
    "German": Answer("/forum/3", "<title>Anmelden - Forum</title><h1>Anmelden</h1><form><input type=password></form>"),
}

NO_WALLS = {
    "a form in the header": Answer(
        "/fern", f"<title>Fern</title><h1>Fern</h1>{WORDS}<header><form><input type=password></form></header>"
    ),
    "an article": Answer(
        "/blog/log-in-with-passkeys", f"<title>Log in with passkeys</title><h1>Log in with passkeys</h1>{WORDS}"
    ),
    "comments": Answer(
        "/note", "<title>A note</title><h1>A note</h1><p>Short. <p>You must be logged in to post a comment."
    ),
    "the log-in page itself": Answer("/login", "<title>Log in</title><form><input type=password></form>"),
    "a documented heading": Answer("/docs/auth-guide", f"<title>Log in - Docs</title><h1>Log in</h1>{WORDS}"),
}


@pytest.fixture
def site(internet: FakeInternet) -> Site:
    """A site that answers 404 for what it does not have."""
    return internet.site("a.example.org")


async def judged(net: Net, site: Site, answer: Answer) -> str:
    """Name what is found where a program sends an answer."""
    media_type = "text/html"
    if answer.body.startswith("{"):
        media_type = "application/json"
    elif "<" not in answer.body:
        media_type = "text/plain"
    if answer.everywhere:
        site.default(misbehave.answer(answer.body, answer.status, media_type))
    else:
        site.page(answer.path, answer.body, answer.status, media_type=media_type)
    return slug(await look(net, SITE + answer.path, answer.text))


@pytest.mark.parametrize("name", GONE)
async def test_what_is_gone_is_suspect(net: Net, site: Site, name: str) -> None:
    """Each says in its way that there is no such thing."""
    assert await judged(net, site, GONE[name]) == "soft-404"


@pytest.mark.parametrize("name", LIVING)
async def test_what_is_there_is_not_accused(net: Net, site: Site, name: str) -> None:
    """The traps: titles that read like messages, frames that scripts fill, pages that show files."""
    assert await judged(net, site, LIVING[name]) == "ok"


@pytest.mark.parametrize("name", WALLS)
async def test_what_asks_for_an_account_is_unverified(net: Net, site: Site, name: str) -> None:
    """Told by title, heading, form or sentence."""
    assert await judged(net, site, WALLS[name]) == "log-in-required"


@pytest.mark.parametrize("name", NO_WALLS)
async def test_what_only_speaks_of_logging_in_is_fine(net: Net, site: Site, name: str) -> None:
    """Forms beside content, articles, prompts for comments, and the log-in page that a link means."""
    assert await judged(net, site, NO_WALLS[name]) == "ok"
