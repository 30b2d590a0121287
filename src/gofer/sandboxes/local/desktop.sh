# The desktop inside a sandbox: X with VNC, a window manager, Chromium. Its ways out are the sockets in /run/sbx.
export DISPLAY=:1 XDG_RUNTIME_DIR=/tmp/run
profile=/home/user/profile
mkdir -p -m 700 $XDG_RUNTIME_DIR /tmp/.X11-unix $profile/Default /workspace/downloads
[ -e $profile/Default/Preferences ] || cp /run/gofer/preferences.json $profile/Default/Preferences

if command -v Xvnc > /dev/null; then
  Xvnc :1 -geometry 1024x768 -depth 24 -SecurityTypes None -rfbunixpath /run/sbx/vnc.sock -rfbport -1 \
    -AlwaysShared -nolisten tcp -FrameRate 60 &
else
  Xvfb :1 -screen 0 1024x768x24 -nolisten tcp -noreset &
fi
socat UNIX-LISTEN:/run/sbx/cdp.sock,fork,mode=600,backlog=64 TCP:127.0.0.1:9222 &

# While X starts: what Debian's launcher of Chromium would read after it. Elsewhere the launcher itself is used.
chromium=/usr/lib/chromium/chromium
if [ -x $chromium ]; then
  for file in /etc/chromium.d/*; do
    case $file in */README | *.dpkg*) ;; *) [ -r "$file" ] && . "$file" ;; esac
  done
else
  chromium=chromium CHROMIUM_FLAGS=
fi

tries=0
while [ ! -S /tmp/.X11-unix/X1 ]; do # clients may come before X is ready: it takes them when it is
  tries=$((tries + 1))
  [ $tries -gt 4000 ] && exit 1
  sleep .005
done
openbox &
command -v Xvnc > /dev/null || x11vnc -display :1 -unixsock /run/sbx/vnc.sock -rfbport 0 -forever -shared -nopw -quiet &

# The address bar's list as a page of its own would cost each window, and so each shared context, a renderer more (45 MB
# of PSS); without it Chromium draws the list itself.
omnibox=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup

# A person may close the last window, and Chromium may crash: it comes back.
while :; do
  rm -f $profile/Singleton*
  $chromium $CHROMIUM_FLAGS --remote-debugging-port=9222 --user-data-dir=$profile \
    --proxy-server=http://127.0.0.1:3128 '--proxy-bypass-list=<-loopback>' --no-first-run --no-default-browser-check \
    --hide-crash-restore-bubble --disable-session-crashed-bubble --disable-gpu --disable-background-networking \
    --disable-component-update --disable-sync --disable-quic --disable-breakpad \
    --disable-features=Translate,MediaRouter,OptimizationHints,$omnibox --password-store=basic \
    --autoplay-policy=no-user-gesture-required --window-size=1024,768 --window-position=0,0 about:blank
  sleep .2
done
