"""URLs of our own making, one builder per dated scheme and one sample per undated one.

Keys and signatures are noise; none of these was ever valid anywhere.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

Build = Callable[[datetime], str]
NOISE = "c0ffee" * 12


def stamp(instant: datetime) -> str:
    """Return an instant as X-Amz-Date does."""
    return instant.strftime("%Y%m%dT%H%M%SZ")


def unix(instant: datetime) -> int:
    """Return an instant in Unix seconds."""
    return int((instant - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())


def token(claims: Any, *, header: Any = None) -> str:
    """Return an unsigned three-part token."""

    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part(header or {'alg': 'HS256'})}.{part(claims)}.bm9pc2U"


def window(family: str, end: datetime, *, life: int = 7200) -> str:
    """Write the query of a signature with date and lifetime."""
    return (
        f"{family}-Algorithm=ALG&{family}-Credential=key%2Fscope&{family}-Date={stamp(end - timedelta(seconds=life))}"
        f"&{family}-Expires={life}&{family}-SignedHeaders=host&{family}-Signature={NOISE}"
    )


def sigv4(end: datetime, *, host: str = "figures.s3.eu-north-1.amazonaws.com", life: int = 7200, more: str = "") -> str:
    """Return an S3 URL, signature version 4."""
    return f"https://{host}/plots/loss.png?{window('X-Amz', end, life=life)}{more}"


def cloudfront_policy(end: datetime) -> str:
    """Encode a CloudFront policy in its own base64 alphabet."""
    policy = {"Statement": [{"Resource": "*?>", "Condition": {"DateLessThan": {"AWS:EpochTime": unix(end)}}}]}
    return base64.b64encode(json.dumps(policy).encode()).decode().translate(str.maketrans("+=/", "-_~"))


def _keyed(host: str, key: str) -> Build:
    return lambda end: f"https://{host}/loss.png?{key}=KEY&Expires={unix(end)}&Signature={NOISE}"


def _oss(version: str, expires: Callable[[datetime], str]) -> Build:
    base = "https://figures.oss-cn-beijing.aliyuncs.com/loss.png?x-oss-credential=key%2Fscope"
    return lambda end: f"{base}&x-oss-signature-version={version}&{expires(end)}&x-oss-signature={NOISE}"


def _bos(end: datetime) -> str:
    made = (end - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    value = quote(f"bce-auth-v1/KEY/{made}/3600/host/{NOISE}", safe="")
    return f"https://figures.gz.bcebos.com/loss.png?authorization={value}"


def pinata(end: datetime) -> str:
    """Return the query of a file at Pinata."""
    return f"X-Algorithm=PINATA1&X-Date={unix(end) - 30}&X-Expires=30&X-Method=GET&X-Signature={NOISE}"


def encoded(source: str, *, cut: int = 999) -> str:
    """Return a source as imgproxy writes it: base64url without padding, cut by slashes."""
    text = base64.urlsafe_b64encode(source.encode()).decode().rstrip("=")
    return "/".join(text[at : at + cut] for at in range(0, len(text), cut))


#: (scheme, builder of a URL that ends at a given instant)
DATED: tuple[tuple[str, Build], ...] = (
    ("aws-sigv4", sigv4),
    ("aws-sigv4", lambda t: sigv4(t, host="minio.lab.example:9000", life=2_000_000)),
    ("aws-sigv4a", lambda t: sigv4(t).replace("=ALG&", "=AWS4-ECDSA-P256-SHA256&")),
    ("aws-sigv2", _keyed("figures.s3.amazonaws.com", "AWSAccessKeyId")),
    ("gcs-v4", lambda t: f"https://storage.googleapis.com/figures/loss.png?{window('X-Goog', t)}"),
    ("gcs-v2", _keyed("storage.googleapis.com", "GoogleAccessId")),
    ("google-cloud-cdn", _keyed("cdn.lab.example", "KeyName")),
    ("oss-v1", _keyed("figures.oss-cn-beijing.aliyuncs.com", "OSSAccessKeyId")),
    ("oss-v2", _oss("OSS2", lambda t: f"x-oss-expires={unix(t)}")),
    ("oss-v4", _oss("OSS4-HMAC-SHA256", lambda t: f"x-oss-expires=60&x-oss-date={stamp(t - timedelta(minutes=1))}")),
    ("huawei-obs", _keyed("figures.obs.cn-north-1.myhuaweicloud.com", "AccessKeyId")),
    ("ks3", _keyed("figures.ks3-cn-beijing.ksyuncs.com", "KSSAccessKeyId")),
    ("ks3", _keyed("video.lab.example", "KSSAccessKeyId")),
    ("volc-tos", lambda t: f"https://figures.tos-cn-beijing.volces.com/loss.png?{window('X-Tos', t)}"),
    ("baidu-bos", _bos),
    (
        "tencent-cos",
        lambda t: (
            "https://figures.cos.ap-beijing.myqcloud.com/loss.png?q-sign-algorithm=sha1&q-ak=KEY"
            f"&q-sign-time={unix(t) - 600};{unix(t)}&q-key-time={unix(t) - 600}%3B{unix(t) + 5}&q-signature={NOISE}"
        ),
    ),
    ("qiniu", lambda t: f"https://pics.lab.example/loss.png?e={unix(t)}&token=KEY:{'Ab-_' * 6}Ab9="),
    (
        "azure-sas",
        lambda t: (
            "https://lab.blob.core.windows.net/figures/loss.png?sp=r&sr=b&sv=2022-11-02"
            f"&se={quote(t.strftime('%Y-%m-%dT%H:%M:%SZ'))}&sig=bm9pc2U%3D"
        ),
    ),
    ("cloudfront-canned", lambda t: f"https://d2abc.cloudfront.net/a?Expires={unix(t)}&Signature=x__&Key-Pair-Id=K1"),
    (
        "cloudfront-custom",
        lambda t: f"https://cdn.lab.example/a?Policy={cloudfront_policy(t)}&Signature=x__&Key-Pair-Id=K1",
    ),
    ("akamai", lambda t: f"https://cdn.lab.example/a.jpg?hdnea=st={unix(t) - 9}~exp={unix(t)}~acl=/*~hmac={NOISE}"),
    ("akamai", lambda t: f"https://video.lab.example/exp={unix(t)}~acl=%2F1%2F%2A~hmac={NOISE}/1/a.mp4"),
    (
        "cloudinary-download",
        lambda t: f"https://api.cloudinary.com/v1_1/lab/image/download?expires_at={unix(t)}&signature={NOISE}",
    ),
    ("imgix", lambda t: f"https://lab.imgix.net/a.png?expires={unix(t)}&s={NOISE[:32]}"),
    ("imagekit", lambda t: f"https://ik.imagekit.io/lab/a.png?ik-s={NOISE[:40]}&ik-t={unix(t)}"),
    ("imgproxy", lambda t: f"https://img.lab.example/{NOISE[:20]}/rs:fit:9:9/exp:{unix(t)}/plain/https://a.example/b"),
    ("imgix", lambda t: f"https://pics.lab.example/a.png?ixlib=js-3.8.0&w=9&expires={unix(t)}&s={NOISE[:32]}"),
    ("imgproxy", lambda t: f"https://img.lab.example/{NOISE[:43]}/exp:{unix(t)}/w:9/{encoded('https://a.example/b')}"),
    ("imgproxy", lambda t: f"https://a.example/p/{NOISE[:43]}/expires:{unix(t)}/{encoded('s3://b/ü.png', cut=9)}.webp"),
    ("imgproxy", lambda t: f"https://img.lab.example/insecure/exp:{unix(t)}/enc/{NOISE[:64]}.png"),
    (
        "cloudflare-stream",
        lambda t: f"https://customer-0a.cloudflarestream.com/{token({'exp': unix(t)})}/manifest/a.m3u8",
    ),
    ("cloudflare-stream", lambda t: f"https://videodelivery.net/{token({'exp': unix(t)})}/thumbnails/a.jpg"),
    ("akamai", lambda t: f"https://cdn.lab.example/hdnts=exp={unix(t)}~acl=/*!/b/*~hmac={NOISE}/a/b.png"),
    ("pinata", lambda t: f"https://lab.mypinata.cloud/files/bafy?{pinata(t)}"),
    ("pinata", lambda t: f"https://files.lab.example/files/bafy?{pinata(t)}"),
    (
        "swift-tempurl",
        lambda t: f"https://os.lab.example/v1/AUTH_a/c/o?temp_url_sig={NOISE}&temp_url_expires={unix(t)}",
    ),
    (
        "swift-tempurl",
        lambda t: (
            f"https://os.lab.example/v1/AUTH_a/c/o?temp_url_sig={NOISE}&filename=a.png"
            f"&temp_url_expires={t.strftime('%Y-%m-%dT%H:%M:%SZ')}&temp_url_prefix=o"
        ),
    ),
    ("bunny", lambda t: f"https://lab.b-cdn.net/a.png?token={NOISE[:22]}&expires={unix(t)}"),
    ("bunny", lambda t: f"https://lab.b-cdn.net/bcdn_token={NOISE[:22]}&expires={unix(t)}/a.png"),
    ("keycdn", lambda t: f"https://lab-1.kxcdn.com/a.png?token={NOISE[:22]}&expire={unix(t)}"),
    ("nginx-secure-link", lambda t: f"https://files.lab.example/a.png?md5={NOISE[:22]}&expires={unix(t)}"),
    ("fastly-token", lambda t: f"https://www.lab.example/a.png?token={unix(t)}_{NOISE[:40]}"),
    ("cloudflare-images", lambda t: f"https://imagedelivery.net/acc/img/public?exp={unix(t)}&sig={NOISE}"),
    ("generic-signed", lambda t: f"https://app.lab.example/d/1?expires={unix(t)}&signature={NOISE}"),
    (
        "notion-file",
        lambda t: f"https://file.notion.so/f/f/s/a.png?expirationTimestamp={unix(t)}417&signature={NOISE}",
    ),
    ("notion-img", lambda t: f"https://img.notionusercontent.com/s3/prod/a.png?exp={unix(t)}&sig={NOISE}"),
    (
        "github-jwt",
        lambda t: (
            "https://private-user-images.githubusercontent.com/7/8-0a1b2c3d-0000-4000-8000-00000000beef.png"
            f"?jwt={token({'exp': unix(t)})}"
        ),
    ),
    (
        "discord-cdn",
        lambda t: f"https://cdn.discordapp.com/attachments/1/2/a.png?ex={unix(t):x}&is=5f000000&hm={NOISE}",
    ),
    ("meta-cdn", lambda t: f"https://scontent-1.cdninstagram.com/v/a.jpg?oh={NOISE[:32]}&oe={unix(t):08X}"),
    ("meta-lookaside", lambda t: f"https://lookaside.fbsbx.com/ig/?asset_id=1&ext={unix(t)}&hash={NOISE[:8]}"),
    ("linkedin-media", lambda t: f"https://media.licdn.com/dms/image/a/0?e={unix(t)}&v=beta&t={NOISE[:30]}"),
    ("bytedance-cdn", lambda t: f"https://p9.byteimg.com/img/a~tplv.image?x-expires={unix(t)}&x-signature=x%3D"),
    ("bytedance-cdn", lambda t: f"https://v1.tiktokcdn.com/{NOISE[:32]}/{unix(t):08x}/video/tos/alisg/a/"),
    ("airtable", lambda t: f"https://v5.airtableusercontent.com/v3/u/9/9/{unix(t)}000/a/b/c"),
    ("googlevideo", lambda t: f"https://r2---sn.googlevideo.com/videoplayback?ip=0.0.0.0&expire={unix(t)}&sig=x"),
    ("patreon", lambda t: f"https://c10.patreonusercontent.com/4/a/1.png?token-hash={NOISE[:20]}&token-time={unix(t)}"),
    ("jwt-query", lambda t: f"https://lab.supabase.co/storage/v1/object/sign/a.png?token={token({'exp': unix(t)})}"),
    (
        "sharepoint-tempauth",
        lambda t: f"https://lab.sharepoint.com/download.aspx?tempauth={token({'exp': str(unix(t))})}",
    ),
)

#: (scheme, status, URL)
UNDATED: tuple[tuple[str, str, str], ...] = (
    ("b2-native", "ephemeral", "https://f001.backblazeb2.com/file/lab/a.png?Authorization=3_x"),
    ("firebase-storage", "permanent", "https://firebasestorage.googleapis.com/v0/b/l/o/a.png?alt=media&token=0a-0b"),
    ("cloudinary-signed", "permanent", "https://res.cloudinary.com/lab/image/upload/s--Ab12_-9z--/v1/a.png"),
    ("imgix", "permanent", f"https://lab.imgix.net/a.png?s={NOISE[:32]}"),
    ("imagekit", "permanent", f"https://ik.imagekit.io/lab/a.png?ik-s={NOISE[:40]}"),
    (
        "cloudflare-timed-hmac",
        "server-side",
        "https://a.lab.example/a.png?verify=1700000000-bm9pc2Vub2lzZW5vaXNlbm9pc2U%3D",
    ),
    ("aliyun-cdn-a", "server-side", f"https://a.lab.example/a.png?auth_key=1700000000-0-0-{'ab' * 16}"),
    ("cdn-sign-t", "server-side", f"https://a.lab.example/a.png?sign={'ab' * 16}&t=6554a1c0"),
    ("cdn-sign-t", "server-side", f"https://a.lab.example/a.png?t=1700000000&sign={'ab' * 16}"),
    ("imgix", "permanent", f"https://pics.lab.example/a.png?ixlib=php-4.1.0&s={NOISE[:32]}"),
    (
        "cloudinary-download",
        "ephemeral",
        f"https://api.cloudinary.com/v1_1/lab/image/download?timestamp=1700000000&signature={NOISE}",
    ),
    ("cloudflare-stream", "permanent", f"https://watch.cloudflarestream.com/{token({'sub': 'x'})}"),
    (
        "baidu-bos",
        "ephemeral",
        (
            f"https://f.gz.bcebos.com/a?authorization=bce-auth-v1%2FK%2F2024-02-29T00:00:00Z%2F-1%2F%2F{NOISE}"
            "&x-bce-security-token=x"
        ),
    ),
    ("aliyun-cdn-b", "server-side", f"https://a.lab.example/202311150613/{'ab' * 16}/a.png"),
    ("tencent-cdn-a", "server-side", f"https://a.lab.example/a.png?sign=1700000000-x-0-{'ab' * 16}"),
    (
        "azure-sas",
        "server-side",
        "https://lab.blob.core.windows.net/f/a.png?sv=2022-11-02&sr=b&si=readers&sig=bm9pc2U%3D",
    ),
    ("notion-image-proxy", "fragile", "https://notion.so/image/https%3A%2F%2Fs3.example%2Fa.png?table=block&id=1"),
    ("github-raw-token", "ephemeral", "https://raw.githubusercontent.com/lab/private/main/a.png?token=GHSAT0"),
    ("discord-cdn", "ephemeral", "https://cdn.discordapp.com/attachments/1/2/a.png"),
    ("slack-private", "auth-required", "https://files.slack.com/files-pri/T1-F1/a.png"),
    ("airtable", "ephemeral", "https://v5.airtableusercontent.com/v2/x"),
    ("dropbox-temp", "ephemeral", "https://uc0abc.dl.dropboxusercontent.com/cd/0/get/x/file"),
    ("google-ephemeral", "ephemeral", "https://lh7-rt.googleusercontent.com/docsz/AD_4x?key=x"),
    ("google-drive-embed", "fragile", "https://drive.google.com/uc?export=view&id=0Babcdefghij"),
    ("google-thumbnail", "fragile", "https://encrypted-tbn2.gstatic.com/images?q=tbn:ANd9x"),
    ("sharepoint-tempauth", "ephemeral", "https://lab.sharepoint.com/download.aspx?tempauth=v1.opaque"),
    ("linear", "auth-required", "https://uploads.linear.app/0a/0b/a.png"),
    ("kaggle-kf", "ephemeral", "https://www.kaggleusercontent.com/kf/1/eyJ.x/__results___1.png"),
    ("replicate", "ephemeral", "https://replicate.delivery/pbxt/x/out.png"),
    ("telegram-file", "ephemeral", "https://api.telegram.org/file/bot1:SECRET/photos/a.jpg"),
    (
        "jwt-query",
        "ephemeral",
        f"https://a.lab.example/a.png?token={token({}, header={'alg': 'dir', 'enc': 'A'}).split('.')[0]}..eA.eA.eA",
    ),
    ("jwt-query", "permanent", f"https://a.lab.example/a.png?jwt={token({'sub': 'x'})}"),
)

#: URLs that only look signed, or whose end is nobody's business.
INNOCENT: tuple[str, ...] = (
    "https://arxiv.org/abs/1706.03762?s=20",
    "https://www.google.com/search?q=x&oe=UTF-8&ie=UTF-8",
    "https://lab.example/news?e=1700000000&id=4",
    "https://lab.example/a.png?expires=30days&signature=0123456789abcdef0123",
    "https://lab.example/a.png?expires=1700000000",
    "https://lab.example/a.png?Expires=1700000000&Signature=short",
    "https://lab.example/docs?q=X-Amz-Signature%3D1%26X-Amz-Date%3D20210101T000000Z",
    "https://lab.example/a.png?X-Amz-Expires=60",
    "https://lab.example/a.png#X-Amz-Algorithm=a&X-Amz-Date=20210101T000000Z&X-Amz-Expires=1",
    "https://lab.example/proxy?url=https%3A%2F%2Fa.example%2F%3Fhdnts%3Dst%3D1~exp%3D1700000000~hmac%3D00",
    "https://web.archive.org/web/2022/" + sigv4(datetime(2021, 1, 1, tzinfo=UTC)),
    "https://archive.ph/x?AWSAccessKeyId=K&Signature=x&Expires=1",
    "https://cdn.discordapp.com/emojis/1.png?ex=65e1c2c0",
    "https://notcdn.discordapp.com.example/attachments/1/2/a.png?ex=65e1c2c0",
    "https://myfile.notion.so.example/a?expirationTimestamp=1700000000000",
    "https://files.slack.com/files-pri/T1-F1/a.png?pub_secret=x",
    "https://raw.githubusercontent.com/lab/list/main/a.png",
    "https://github.com/user-attachments/assets/0a1b2c3d-0000-4000-8000-00000000beef",
    "https://preview.redd.it/a.png?width=640&s=" + NOISE[:40],
    "https://pbs.twimg.com/media/x?format=jpg&name=large",
    "https://lh3.googleusercontent.com/pw/AB=w600",
    "https://sqs.us-east-1.amazonaws.com/?Action=X&AWSAccessKeyId=K&Signature=x&SignatureVersion=2&Timestamp=t",
    "https://lab.example/a?token=pk.eyJ1IjoibGFiIn0.x",
    "https://lab.example/a?jwt=a.b.c",
    "https://lab.example/a?token=" + token({"exp": 1700000000}).rsplit(".", 1)[0],
    # Numbers that are no instants, or came before anybody signed URLs.
    "https://lab.example/exp:2020/plain/text",
    "https://lab.example/exp:1700000000/plain/https://a.example/b.png",
    "https://lab.example/docs/exp:1700000000/plain/x",
    "https://lab.example/c0ffeec0ffeec0ffee/exp:3600/plain/https://a.example/b.png",
    "https://lab.example/c0ffeec0ffeec0ffee/exp:1700000000/chapter%20one",
    "https://lab.example/lib.zip?md5=CY9rzUYh03PK3k6DJie09g&expires=3600",
    "https://lab.example/lib.zip?md5=CY9rzUYh03PK3k6DJie09g&expires=20240229",
    "https://lab.example/a.png?e=3600&token=KEY:" + "Ab-_" * 6 + "Ab9=",
    "https://lab.example/a.png?KeyName=k&Expires=86400&Signature=x",
    "https://lab.example/a.png?hdnts=exp=86400~acl=/*~hmac=" + NOISE,
    "https://lab.example/a.png?AWSAccessKeyId=K&Signature=x&Expires=2024",
    "https://lab.example/a.png?temp_url_sig=" + NOISE + "&temp_url_expires=3600",
    "https://lab.example/a.png?x-expires=600&x-signature=x",
    "https://lab.example/a?token=" + token({"exp": 86_400}),
    "https://lab.example/a.png?temp_url_sig=" + NOISE,
    "https://lab.example/a.png?expires=1700000000&s=ferns",
    "https://lab.example/a.png?s=" + NOISE[:32],
    "https://lab.example/a.png?sign=leo&t=6554a1c0",
    "https://lab.example/" + token({"exp": 1700000000}) + "/thumbnails/t.jpg",
    "https://lab.example/a/https://b.example/exp=1700000000~acl=/*~hmac=00/c.png",
    "mailto:a@lab.example?Expires=1",
    "//cdn.discordapp.com/attachments/1/2/a.png?ex=65e1c2c0",
    "ftp://figures.s3.amazonaws.com/a?X-Amz-Algorithm=a",
    "https://",
    "https://[::1/a",
    "https://a:99999/x?X-Amz-Algorithm=a",
    "",
    "#methods",
    "\x00",
)
