"""Pages to try each action on; what was done shows in the title or in the text."""

ROWS = "".join(f"<p>Line {number}</p>" for number in range(60))

PAGES = {
    "fields": """<form><label>Date <input type="date"></label><label>At <input type="time"></label>
        <label>Colour <input type="color"></label>
        <label>Volume <input type="range" min="0" max="10" oninput="document.title = 'volume ' + this.value"></label>
        <label>Count <input type="number"></label><label>Notes <textarea></textarea></label>
        <div contenteditable aria-label="Letter" role="textbox">Dear</div></form>""",
    "keys": """<input aria-label="Box" onkeydown="log.textContent += event.key + ' '"><p id="log"></p>
        <script>
        onkeydown = event => { if (event.ctrlKey) document.title = 'ctrl ' + event.key }</script>""",
    "lists": """<select aria-label="Toppings" multiple><option>Ham<option>Egg<option>Olives</select>
        <select aria-label="Size"><option>Small<option disabled>Large</select>
        <div role="combobox" aria-label="Town" tabindex="0">Pick</div><button>Menu</button>""",
    "boxes": """<label><input type="checkbox"> Spam</label>
        <label><input type="radio" name="r" value="a"> Apples</label>
        <label><input type="radio" name="r"> Pears</label>
        <div role="switch" aria-checked="false" aria-label="Night" tabindex="0"
          onclick="this.setAttribute('aria-checked', this.getAttribute('aria-checked') !== 'true')">o</div>
        <style>.own input { position: absolute; opacity: 0; width: 0; height: 0 }</style>
        <label class="own"><input type="checkbox" id="terms"><span>I agree</span></label>
        <input type="checkbox" id="far" style="display:none"><label for="far">Far away</label><button>No box</button>
        <script>onclick = () => setTimeout(() => document.title
          = document.querySelectorAll(':checked, [aria-checked=true]').length + ' on')</script>""",
    "hovering": """<style>#more { display: none } nav:hover #more { display: block }</style>
        <nav aria-label="Shop"><a href="#">Shop</a><a id="more" href="/done">Sale</a></nav>""",
    "dragging": """<div id="card" draggable="true" role="button" aria-label="Card" style="width:80px">Card</div>
        <div id="bin" role="region" aria-label="Bin" style="margin-top:90px;width:90px;height:60px">Bin</div>
        <div id="knob" role="slider" aria-label="Knob" aria-valuenow="0" style="width:20px;height:20px"></div>
        <script>
        card.ondragstart = event => event.dataTransfer.setData('text', 'card');
        bin.ondragover = event => event.preventDefault();
        bin.ondrop = event => {
          event.preventDefault();
          document.title = 'dropped ' + event.dataTransfer.getData('text') };
        knob.onmousedown = start => {
          onmousemove = event => document.title = 'moved ' + (event.clientX - start.clientX);
          onmouseup = () => onmousemove = null };
        </script>""",
    "scrolling": f"""<div id="area" role="region" aria-label="Log" style="height:120px;overflow:auto">{ROWS}</div>
        <div style="height:3000px"></div><button>Bottom</button>
        <script>area.onscroll = () => document.title = 'area ' + Math.round(area.scrollTop);
        onscroll = () => document.title = 'page ' + Math.round(scrollY)</script>""",
    "inner": f"""<body style="margin:0;overflow:hidden"><main style="height:100vh;overflow:auto">{ROWS}{ROWS}
        <button>Deep</button></main>""",
    "lazy": """<ul id="list"></ul><script>
        let count = 0;
        const more = () => { for (let i = 0; i < 20; i++) { count++;
          list.insertAdjacentHTML('beforeend', `<li style="height:60px"><button>Item ${count}</button></li>`) } };
        more();
        const end = () => innerHeight + scrollY > document.body.scrollHeight - 5;
        onscroll = () => { if (count < 100 && end()) setTimeout(more, 100) };
        </script>""",
    "waiting": """<p id="p">Working</p><script>
        setTimeout(() => { p.textContent = 'Ready'; history.replaceState(0, '', '?done') }, 400)</script>""",
    "first": '<a href="/second">On</a>',
    "second": '<a href="/third" target="_blank">Tab</a>',
    "third": "<p>Third</p>",
    "canvas": """<canvas id="c" width="300" height="200" style="position:absolute;left:0;top:0"></canvas><script>
        let down;
        c.onmousedown = event => down = event;
        const spot = event => event.clientX + ',' + event.clientY;
        c.onmouseup = event => document.title = `${event.button} ${spot(down)} ${spot(event)}`;
        c.ondblclick = () => document.title = 'double';
        c.oncontextmenu = event => event.preventDefault();</script>""",
    "upload": """<label>Paper <input type="file" id="f"
          onchange="document.title = [...this.files].map(f => f.name + ' ' + f.size)"></label>
        <input type="file" id="many" hidden multiple
          onchange="document.title = 'many ' + [...this.files].map(f => f.name)">
        <button onclick="many.click()">Attach</button><button>Nothing</button>""",
    "frames": '<iframe src="/upload" title="Inside" width="600" height="300"></iframe>',
    "offers": """<a href="/file">Get it</a><a href="/evil">Evil</a><a href="/form">No file</a>
        <a href="/huge">Huge</a><a href="/endless">Endless</a>""",
    "table": """<table id="t"><tr><th>Name</th><th>Age</th></tr><tr><td>Ada</td><td> 36 </td></tr></table>
        <a href="/x" title="Tip" id="a">Link</a>
        <select id="s" aria-label="Size"><option>Small<option selected>Big</select>""",
    "until": """<form><label>E-mail <input required type="email" oninput="go.disabled = !this.value"></label>
        <button id="go" disabled>Send</button></form>""",
    "banner": """<button onclick="document.title='hit'" style="margin-top:90vh">Below</button>
        <div role="dialog" aria-label="Privacy" style="position:fixed;inset:0;background:#fff">We use cookies
          <button onclick="this.parentNode.remove()">Accept all</button><button>Settings</button></div>""",
    "ghost": """<button style="position:absolute;left:-900px">Away</button>
        <button style="pointer-events:none">Stone</button>""",
    "human": """<input aria-label="Name" onkeydown="this.times = [...(this.times ?? []), performance.now()];
          document.title = this.times.slice(1).map((t, i) => Math.round(t - this.times[i])).join(' ')">
        <button style="width:200px;height:80px"
          onclick="document.title = event.offsetX + ',' + event.offsetY">Big</button>""",
}
