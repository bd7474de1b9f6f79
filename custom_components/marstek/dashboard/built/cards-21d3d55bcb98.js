var y={de:{flow:"Marstek Leistungsfluss",flow_description:"Netz, Haus, Sonne und Batterien mit ihrer Leistung jetzt",timeline:"Marstek Zeitachse",timeline_description:"Was der Plan tat und tun wird, mit Preisen und Ladestand",season:"Marstek Tempo-Saison",season_description:"Die Farben einer Tempo-Saison auf einer Seite",records:"Marstek Export und Bericht",records_description:"Lädt Messwerte, Planschritte und Ersparnis herunter, oder einen Bericht",week:"Marstek-Zeitplan",week_description:"Die Zeitfenster in einer Batterie, durch Ziehen geändert und auf einmal geschrieben"},en:{flow:"Marstek power flow",flow_description:"Grid, house, sun and batteries with their power now",timeline:"Marstek timeline",timeline_description:"What the plan did and will do, with prices and state of charge",season:"Marstek Tempo season",season_description:"The colours of a Tempo season on one page",records:"Marstek export and report",records_description:"Downloads measurements, plan steps and savings, or a report",week:"Marstek week schedule",week_description:"The slots inside a battery, edited by dragging and written in one go"},fr:{flow:"Flux de puissance Marstek",flow_description:"Réseau, maison, soleil et batteries avec leur puissance actuelle",timeline:"Chronologie Marstek",timeline_description:"Ce que le plan a fait et fera, avec les prix et l’état de charge",season:"Saison Tempo Marstek",season_description:"Les couleurs d’une saison Tempo sur une page",records:"Export et rapport Marstek",records_description:"Télécharge mesures, étapes du plan et économies, ou un rapport",week:"Programme Marstek",week_description:"Les plages internes d’une batterie, modifiées à la souris et écrites en une fois"},nl:{flow:"Marstek vermogensstroom",flow_description:"Net, huis, zon en batterijen met hun vermogen nu",timeline:"Marstek tijdlijn",timeline_description:"Wat het plan deed en zal doen, met prijzen en laadtoestand",season:"Marstek Tempo-seizoen",season_description:"De kleuren van een Tempo-seizoen op één pagina",records:"Marstek export en rapport",records_description:"Downloadt metingen, planstappen en besparing, of een rapport",week:"Marstek-weekschema",week_description:"De tijdsloten in een batterij, versleept en in één keer geschreven"}};var ie=globalThis,oe=ie.ShadowRoot&&(ie.ShadyCSS===void 0||ie.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,ke=Symbol(),it=new WeakMap,B=class{constructor(e,t,r){if(this._$cssResult$=!0,r!==ke)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=e,this.t=t}get styleSheet(){let e=this.o,t=this.t;if(oe&&e===void 0){let r=t!==void 0&&t.length===1;r&&(e=it.get(t)),e===void 0&&((this.o=e=new CSSStyleSheet).replaceSync(this.cssText),r&&it.set(t,e))}return e}toString(){return this.cssText}},ot=s=>new B(typeof s=="string"?s:s+"",void 0,ke),w=(s,...e)=>{let t=s.length===1?s[0]:e.reduce((r,n,i)=>r+(o=>{if(o._$cssResult$===!0)return o.cssText;if(typeof o=="number")return o;throw Error("Value passed to 'css' function must be a 'css' function result: "+o+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(n)+s[i+1],s[0]);return new B(t,s,ke)},at=(s,e)=>{if(oe)s.adoptedStyleSheets=e.map(t=>t instanceof CSSStyleSheet?t:t.styleSheet);else for(let t of e){let r=document.createElement("style"),n=ie.litNonce;n!==void 0&&r.setAttribute("nonce",n),r.textContent=t.cssText,s.appendChild(r)}},Se=oe?s=>s:s=>s instanceof CSSStyleSheet?(e=>{let t="";for(let r of e.cssRules)t+=r.cssText;return ot(t)})(s):s;var{is:fr,defineProperty:gr,getOwnPropertyDescriptor:yr,getOwnPropertyNames:br,getOwnPropertySymbols:$r,getPrototypeOf:xr}=Object,ae=globalThis,lt=ae.trustedTypes,wr=lt?lt.emptyScript:"",vr=ae.reactiveElementPolyfillSupport,j=(s,e)=>s,Me={toAttribute(s,e){switch(e){case Boolean:s=s?wr:null;break;case Object:case Array:s=s==null?s:JSON.stringify(s)}return s},fromAttribute(s,e){let t=s;switch(e){case Boolean:t=s!==null;break;case Number:t=s===null?null:Number(s);break;case Object:case Array:try{t=JSON.parse(s)}catch{t=null}}return t}},dt=(s,e)=>!fr(s,e),ct={attribute:!0,type:String,converter:Me,reflect:!1,useDefault:!1,hasChanged:dt};Symbol.metadata??=Symbol("metadata"),ae.litPropertyMetadata??=new WeakMap;var E=class extends HTMLElement{static addInitializer(e){this._$Ei(),(this.l??=[]).push(e)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(e,t=ct){if(t.state&&(t.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(e)&&((t=Object.create(t)).wrapped=!0),this.elementProperties.set(e,t),!t.noAccessor){let r=Symbol(),n=this.getPropertyDescriptor(e,r,t);n!==void 0&&gr(this.prototype,e,n)}}static getPropertyDescriptor(e,t,r){let{get:n,set:i}=yr(this.prototype,e)??{get(){return this[t]},set(o){this[t]=o}};return{get:n,set(o){let a=n?.call(this);i?.call(this,o),this.requestUpdate(e,a,r)},configurable:!0,enumerable:!0}}static getPropertyOptions(e){return this.elementProperties.get(e)??ct}static _$Ei(){if(this.hasOwnProperty(j("elementProperties")))return;let e=xr(this);e.finalize(),e.l!==void 0&&(this.l=[...e.l]),this.elementProperties=new Map(e.elementProperties)}static finalize(){if(this.hasOwnProperty(j("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(j("properties"))){let t=this.properties,r=[...br(t),...$r(t)];for(let n of r)this.createProperty(n,t[n])}let e=this[Symbol.metadata];if(e!==null){let t=litPropertyMetadata.get(e);if(t!==void 0)for(let[r,n]of t)this.elementProperties.set(r,n)}this._$Eh=new Map;for(let[t,r]of this.elementProperties){let n=this._$Eu(t,r);n!==void 0&&this._$Eh.set(n,t)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(e){let t=[];if(Array.isArray(e)){let r=new Set(e.flat(1/0).reverse());for(let n of r)t.unshift(Se(n))}else e!==void 0&&t.push(Se(e));return t}static _$Eu(e,t){let r=t.attribute;return r===!1?void 0:typeof r=="string"?r:typeof e=="string"?e.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(e=>this.enableUpdating=e),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(e=>e(this))}addController(e){(this._$EO??=new Set).add(e),this.renderRoot!==void 0&&this.isConnected&&e.hostConnected?.()}removeController(e){this._$EO?.delete(e)}_$E_(){let e=new Map,t=this.constructor.elementProperties;for(let r of t.keys())this.hasOwnProperty(r)&&(e.set(r,this[r]),delete this[r]);e.size>0&&(this._$Ep=e)}createRenderRoot(){let e=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return at(e,this.constructor.elementStyles),e}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(e=>e.hostConnected?.())}enableUpdating(e){}disconnectedCallback(){this._$EO?.forEach(e=>e.hostDisconnected?.())}attributeChangedCallback(e,t,r){this._$AK(e,r)}_$ET(e,t){let r=this.constructor.elementProperties.get(e),n=this.constructor._$Eu(e,r);if(n!==void 0&&r.reflect===!0){let i=(r.converter?.toAttribute!==void 0?r.converter:Me).toAttribute(t,r.type);this._$Em=e,i==null?this.removeAttribute(n):this.setAttribute(n,i),this._$Em=null}}_$AK(e,t){let r=this.constructor,n=r._$Eh.get(e);if(n!==void 0&&this._$Em!==n){let i=r.getPropertyOptions(n),o=typeof i.converter=="function"?{fromAttribute:i.converter}:i.converter?.fromAttribute!==void 0?i.converter:Me;this._$Em=n;let a=o.fromAttribute(t,i.type);this[n]=a??this._$Ej?.get(n)??a,this._$Em=null}}requestUpdate(e,t,r,n=!1,i){if(e!==void 0){let o=this.constructor;if(n===!1&&(i=this[e]),r??=o.getPropertyOptions(e),!((r.hasChanged??dt)(i,t)||r.useDefault&&r.reflect&&i===this._$Ej?.get(e)&&!this.hasAttribute(o._$Eu(e,r))))return;this.C(e,t,r)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(e,t,{useDefault:r,reflect:n,wrapped:i},o){r&&!(this._$Ej??=new Map).has(e)&&(this._$Ej.set(e,o??t??this[e]),i!==!0||o!==void 0)||(this._$AL.has(e)||(this.hasUpdated||r||(t=void 0),this._$AL.set(e,t)),n===!0&&this._$Em!==e&&(this._$Eq??=new Set).add(e))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(t){Promise.reject(t)}let e=this.scheduleUpdate();return e!=null&&await e,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[n,i]of this._$Ep)this[n]=i;this._$Ep=void 0}let r=this.constructor.elementProperties;if(r.size>0)for(let[n,i]of r){let{wrapped:o}=i,a=this[n];o!==!0||this._$AL.has(n)||a===void 0||this.C(n,void 0,i,a)}}let e=!1,t=this._$AL;try{e=this.shouldUpdate(t),e?(this.willUpdate(t),this._$EO?.forEach(r=>r.hostUpdate?.()),this.update(t)):this._$EM()}catch(r){throw e=!1,this._$EM(),r}e&&this._$AE(t)}willUpdate(e){}_$AE(e){this._$EO?.forEach(t=>t.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(e)),this.updated(e)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(e){return!0}update(e){this._$Eq&&=this._$Eq.forEach(t=>this._$ET(t,this[t])),this._$EM()}updated(e){}firstUpdated(e){}};E.elementStyles=[],E.shadowRootOptions={mode:"open"},E[j("elementProperties")]=new Map,E[j("finalized")]=new Map,vr?.({ReactiveElement:E}),(ae.reactiveElementVersions??=[]).push("2.1.2");var De=globalThis,ut=s=>s,le=De.trustedTypes,ht=le?le.createPolicy("lit-html",{createHTML:s=>s}):void 0,bt="$lit$",A=`lit$${Math.random().toFixed(9).slice(2)}$`,$t="?"+A,_r=`<${$t}>`,D=document,G=()=>D.createComment(""),q=s=>s===null||typeof s!="object"&&typeof s!="function",Le=Array.isArray,kr=s=>Le(s)||typeof s?.[Symbol.iterator]=="function",Te=`[ 	
\f\r]`,V=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,pt=/-->/g,mt=/>/g,R=RegExp(`>|${Te}(?:([^\\s"'>=/]+)(${Te}*=${Te}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),ft=/'/g,gt=/"/g,xt=/^(?:script|style|textarea|title)$/i,Oe=s=>(e,...t)=>({_$litType$:s,strings:e,values:t}),h=Oe(1),f=Oe(2),wn=Oe(3),L=Symbol.for("lit-noChange"),u=Symbol.for("lit-nothing"),yt=new WeakMap,C=D.createTreeWalker(D,129);function wt(s,e){if(!Le(s)||!s.hasOwnProperty("raw"))throw Error("invalid template strings array");return ht!==void 0?ht.createHTML(e):e}var Sr=(s,e)=>{let t=s.length-1,r=[],n,i=e===2?"<svg>":e===3?"<math>":"",o=V;for(let a=0;a<t;a++){let l=s[a],c,m,d=-1,p=0;for(;p<l.length&&(o.lastIndex=p,m=o.exec(l),m!==null);)p=o.lastIndex,o===V?m[1]==="!--"?o=pt:m[1]!==void 0?o=mt:m[2]!==void 0?(xt.test(m[2])&&(n=RegExp("</"+m[2],"g")),o=R):m[3]!==void 0&&(o=R):o===R?m[0]===">"?(o=n??V,d=-1):m[1]===void 0?d=-2:(d=o.lastIndex-m[2].length,c=m[1],o=m[3]===void 0?R:m[3]==='"'?gt:ft):o===gt||o===ft?o=R:o===pt||o===mt?o=V:(o=R,n=void 0);let g=o===R&&s[a+1].startsWith("/>")?" ":"";i+=o===V?l+_r:d>=0?(r.push(c),l.slice(0,d)+bt+l.slice(d)+A+g):l+A+(d===-2?a:g)}return[wt(s,i+(s[t]||"<?>")+(e===2?"</svg>":e===3?"</math>":"")),r]},Y=class s{constructor({strings:e,_$litType$:t},r){let n;this.parts=[];let i=0,o=0,a=e.length-1,l=this.parts,[c,m]=Sr(e,t);if(this.el=s.createElement(c,r),C.currentNode=this.el.content,t===2||t===3){let d=this.el.content.firstChild;d.replaceWith(...d.childNodes)}for(;(n=C.nextNode())!==null&&l.length<a;){if(n.nodeType===1){if(n.hasAttributes())for(let d of n.getAttributeNames())if(d.endsWith(bt)){let p=m[o++],g=n.getAttribute(d).split(A),b=/([.?@])?(.*)/.exec(p);l.push({type:1,index:i,name:b[2],strings:g,ctor:b[1]==="."?Ae:b[1]==="?"?Pe:b[1]==="@"?Re:W}),n.removeAttribute(d)}else d.startsWith(A)&&(l.push({type:6,index:i}),n.removeAttribute(d));if(xt.test(n.tagName)){let d=n.textContent.split(A),p=d.length-1;if(p>0){n.textContent=le?le.emptyScript:"";for(let g=0;g<p;g++)n.append(d[g],G()),C.nextNode(),l.push({type:2,index:++i});n.append(d[p],G())}}}else if(n.nodeType===8)if(n.data===$t)l.push({type:2,index:i});else{let d=-1;for(;(d=n.data.indexOf(A,d+1))!==-1;)l.push({type:7,index:i}),d+=A.length-1}i++}}static createElement(e,t){let r=D.createElement("template");return r.innerHTML=e,r}};function F(s,e,t=s,r){if(e===L)return e;let n=r!==void 0?t._$Co?.[r]:t._$Cl,i=q(e)?void 0:e._$litDirective$;return n?.constructor!==i&&(n?._$AO?.(!1),i===void 0?n=void 0:(n=new i(s),n._$AT(s,t,r)),r!==void 0?(t._$Co??=[])[r]=n:t._$Cl=n),n!==void 0&&(e=F(s,n._$AS(s,e.values),n,r)),e}var Ee=class{constructor(e,t){this._$AV=[],this._$AN=void 0,this._$AD=e,this._$AM=t}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(e){let{el:{content:t},parts:r}=this._$AD,n=(e?.creationScope??D).importNode(t,!0);C.currentNode=n;let i=C.nextNode(),o=0,a=0,l=r[0];for(;l!==void 0;){if(o===l.index){let c;l.type===2?c=new K(i,i.nextSibling,this,e):l.type===1?c=new l.ctor(i,l.name,l.strings,this,e):l.type===6&&(c=new Ce(i,this,e)),this._$AV.push(c),l=r[++a]}o!==l?.index&&(i=C.nextNode(),o++)}return C.currentNode=D,n}p(e){let t=0;for(let r of this._$AV)r!==void 0&&(r.strings!==void 0?(r._$AI(e,r,t),t+=r.strings.length-2):r._$AI(e[t])),t++}},K=class s{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(e,t,r,n){this.type=2,this._$AH=u,this._$AN=void 0,this._$AA=e,this._$AB=t,this._$AM=r,this.options=n,this._$Cv=n?.isConnected??!0}get parentNode(){let e=this._$AA.parentNode,t=this._$AM;return t!==void 0&&e?.nodeType===11&&(e=t.parentNode),e}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(e,t=this){e=F(this,e,t),q(e)?e===u||e==null||e===""?(this._$AH!==u&&this._$AR(),this._$AH=u):e!==this._$AH&&e!==L&&this._(e):e._$litType$!==void 0?this.$(e):e.nodeType!==void 0?this.T(e):kr(e)?this.k(e):this._(e)}O(e){return this._$AA.parentNode.insertBefore(e,this._$AB)}T(e){this._$AH!==e&&(this._$AR(),this._$AH=this.O(e))}_(e){this._$AH!==u&&q(this._$AH)?this._$AA.nextSibling.data=e:this.T(D.createTextNode(e)),this._$AH=e}$(e){let{values:t,_$litType$:r}=e,n=typeof r=="number"?this._$AC(e):(r.el===void 0&&(r.el=Y.createElement(wt(r.h,r.h[0]),this.options)),r);if(this._$AH?._$AD===n)this._$AH.p(t);else{let i=new Ee(n,this),o=i.u(this.options);i.p(t),this.T(o),this._$AH=i}}_$AC(e){let t=yt.get(e.strings);return t===void 0&&yt.set(e.strings,t=new Y(e)),t}k(e){Le(this._$AH)||(this._$AH=[],this._$AR());let t=this._$AH,r,n=0;for(let i of e)n===t.length?t.push(r=new s(this.O(G()),this.O(G()),this,this.options)):r=t[n],r._$AI(i),n++;n<t.length&&(this._$AR(r&&r._$AB.nextSibling,n),t.length=n)}_$AR(e=this._$AA.nextSibling,t){for(this._$AP?.(!1,!0,t);e!==this._$AB;){let r=ut(e).nextSibling;ut(e).remove(),e=r}}setConnected(e){this._$AM===void 0&&(this._$Cv=e,this._$AP?.(e))}},W=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(e,t,r,n,i){this.type=1,this._$AH=u,this._$AN=void 0,this.element=e,this.name=t,this._$AM=n,this.options=i,r.length>2||r[0]!==""||r[1]!==""?(this._$AH=Array(r.length-1).fill(new String),this.strings=r):this._$AH=u}_$AI(e,t=this,r,n){let i=this.strings,o=!1;if(i===void 0)e=F(this,e,t,0),o=!q(e)||e!==this._$AH&&e!==L,o&&(this._$AH=e);else{let a=e,l,c;for(e=i[0],l=0;l<i.length-1;l++)c=F(this,a[r+l],t,l),c===L&&(c=this._$AH[l]),o||=!q(c)||c!==this._$AH[l],c===u?e=u:e!==u&&(e+=(c??"")+i[l+1]),this._$AH[l]=c}o&&!n&&this.j(e)}j(e){e===u?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,e??"")}},Ae=class extends W{constructor(){super(...arguments),this.type=3}j(e){this.element[this.name]=e===u?void 0:e}},Pe=class extends W{constructor(){super(...arguments),this.type=4}j(e){this.element.toggleAttribute(this.name,!!e&&e!==u)}},Re=class extends W{constructor(e,t,r,n,i){super(e,t,r,n,i),this.type=5}_$AI(e,t=this){if((e=F(this,e,t,0)??u)===L)return;let r=this._$AH,n=e===u&&r!==u||e.capture!==r.capture||e.once!==r.once||e.passive!==r.passive,i=e!==u&&(r===u||n);n&&this.element.removeEventListener(this.name,this,r),i&&this.element.addEventListener(this.name,this,e),this._$AH=e}handleEvent(e){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,e):this._$AH.handleEvent(e)}},Ce=class{constructor(e,t,r){this.element=e,this.type=6,this._$AN=void 0,this._$AM=t,this.options=r}get _$AU(){return this._$AM._$AU}_$AI(e){F(this,e)}};var Mr=De.litHtmlPolyfillSupport;Mr?.(Y,K),(De.litHtmlVersions??=[]).push("3.3.3");var vt=(s,e,t)=>{let r=t?.renderBefore??e,n=r._$litPart$;if(n===void 0){let i=t?.renderBefore??null;r._$litPart$=n=new K(e.insertBefore(G(),i),i,void 0,t??{})}return n._$AI(s),n};var He=globalThis,P=class extends E{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let e=super.createRenderRoot();return this.renderOptions.renderBefore??=e.firstChild,e}update(e){let t=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(e),this._$Do=vt(t,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return L}};P._$litElement$=!0,P.finalized=!0,He.litElementHydrateSupport?.({LitElement:P});var Tr=He.litElementPolyfillSupport;Tr?.({LitElement:P});(He.litElementVersions??=[]).push("4.2.2");var ce=class{#e;#t;#s;#r;#i;#n;#a;#o;#c;#l;#d;constructor(e,t,r){this.language=e,this.zone=t;let n=r===void 0?{}:{hour12:r},i=a=>new Intl.DateTimeFormat(e,{timeZone:t,...a});this.#e=i({hour:"2-digit",minute:"2-digit",...n}),this.#l=this.#e.resolvedOptions().hour12===!0,this.#t=this.#l?i({hour:"numeric",hour12:!0}):this.#e,this.#s=i({weekday:"short",day:"numeric",month:"short"}),this.#r=new Intl.DateTimeFormat(e,{timeZone:"UTC",dateStyle:"full"}),this.#i=new Intl.DateTimeFormat(e,{timeZone:"UTC",month:"long",year:"numeric"}),this.#n=new Intl.DateTimeFormat(e,{timeZone:"UTC",weekday:"narrow"}),this.#a=new Intl.DateTimeFormat(e,{timeZone:"UTC",weekday:"short"});let o=this.#l?"numeric":"2-digit";this.#o=new Intl.DateTimeFormat(e,{timeZone:"UTC",hour:o,minute:"2-digit",...n}),this.#c=this.#l?new Intl.DateTimeFormat(e,{timeZone:"UTC",hour:o,...n}):this.#o,this.#d=new Intl.DateTimeFormat("en-GB",{timeZone:t,hour:"2-digit",minute:"2-digit",hourCycle:"h23"})}time(e){return this.#e.format(e*1e3)}hourLabel(e){return this.#t.format(e*1e3)}day(e){return this.#s.format(e*1e3)}hour(e){let[t=0,r=0]=this.#d.format(e*1e3).split(":").map(Number);return t+r/60}date(e){return this.#r.format(Date.parse(`${e}T00:00:00Z`))}month(e){return this.#i.format(Date.parse(`${e}T00:00:00Z`))}weekday(e){return this.#n.format(Date.UTC(2024,0,1+e))}weekdayName(e){return this.#a.format(Date.UTC(2024,0,1+e))}clock(e){return e===1440&&!this.#l?"24:00":this.#o.format(e*6e4)}fullHour(e){return e===24&&!this.#l?"24:00":this.#c.format(e*36e5)}number(e,t){return e.toLocaleString(this.language,{minimumFractionDigits:t,maximumFractionDigits:t})}watts(e){let t=Math.abs(e);return t>=1e3?`${this.number(e/1e3,t>=1e4?1:2)} kW`:`${this.number(e,0)} W`}percent(e){return`${this.number(e,0)} %`}price(e,t){return`${this.number(e,4)} ${t}/kWh`}money(e,t){return e.toLocaleString(this.language,{style:"currency",currency:t})}};var Ue=new Map,_t={};function Er(s){let e=Ue.get(s.language);if(e)return e;let t=s.callWS({type:"marstek/dashboard/texts",language:s.language});return Ue.set(s.language,t),t.then(r=>{_t=r},()=>Ue.delete(s.language)),t}function Fe(s){return _t[s]??s}function k(...s){return{schema:s,computeLabel:({name:e})=>Fe(`editor_${e}`)}}function N(s){let{message:e,code:t}=s??{};return e??t??String(s)}var S=w`
  :host {
    display: block;
    height: 100%;
    --blue-day: #1565c0;
    --white-day: #eceff1;
    --red-day: #c62828;
    --charge: var(--green-color, #43a047);
    --discharge: var(--orange-color, #ef6c00);
    --hold: var(--amber-color, #b8860b);
    --auto: var(--blue-grey-color, #607d8b);
  }
  ha-card {
    height: 100%;
    box-sizing: border-box;
    padding: 12px 16px;
    color: var(--primary-text-color);
    overflow: hidden;
  }
  h2 {
    margin: 0 0 8px;
    font-size: 1rem;
    font-weight: 500;
  }
  button {
    font: inherit;
    color: inherit;
    min-height: 36px;
    min-width: 36px;
    padding: 4px 12px;
    border: 1px solid var(--divider-color);
    border-radius: 18px;
    background: none;
    cursor: pointer;
  }
  button[aria-pressed="true"] {
    background: var(--red-day);
    border-color: var(--red-day);
    color: #fff;
  }
  button:disabled {
    opacity: 0.4;
    cursor: default;
  }
  :focus-visible {
    outline: 2px solid var(--primary-color);
    outline-offset: 2px;
  }
  .quiet {
    color: var(--secondary-text-color);
  }
`,$=class extends P{static{this.properties={hass:{attribute:!1},config:{state:!0},message:{state:!0},texts:{state:!0},problem:{state:!0}}}#e;#t;#s;setConfig(e){this.config=e}get format(){let{language:e,locale:t,config:r}=this.hass,n=this.zone??r?.time_zone??"UTC",i=t?.language??e;if(this.#e?.language!==i||this.#e.zone!==n){let o=t?.time_format;this.#e=new ce(i,n,o==="12"?!0:o==="24"?!1:void 0)}return this.#e}get zone(){}connectedCallback(){super.connectedCallback(),this.#i()}disconnectedCallback(){super.disconnectedCallback(),this.#r()}shouldUpdate(e){if(e.size>1||!e.has("hass"))return!0;let t=e.get("hass");return!t||t.language!==this.hass?.language||this.concerns(t)}concerns(e){return e.locale!==this.hass?.locale}willUpdate(e){e.size>0&&this.#i()}#r(){let e=this.#t;this.#t=void 0,this.#s=void 0,e?.then(t=>t()).catch(()=>{})}#i(){let{hass:e}=this;if(!e||!this.config||!this.isConnected)return;let t=this.request(),r=JSON.stringify([e.language,t]);this.#s!==r&&(this.#r(),this.#s=r,Er(e).then(n=>{this.texts=n}).catch(n=>this.failed(n)),t&&(this.#t=e.connection.subscribeMessage(n=>{this.problem=void 0,this.message=n},t),this.#t.catch(n=>this.failed(n))))}failed(e){this.problem=N(e)}waiting(){return h`<div class="waiting" aria-busy="true"></div>`}render(){let e=this.config?.title,t=this.problem?h`<p role="alert">${this.problem}</p>`:this.texts&&this.hass?this.body(this.texts):this.waiting();return h`<ha-card>${e?h`<h2>${e}</h2>`:null}${t}</ha-card>`}};function Z(s){if(!s||s.state.trim()==="")return null;let e=Number(s.state);return Number.isFinite(e)?s.attributes.unit_of_measurement==="kW"?e*1e3:e:null}function kt(s){let e=Z(s);return e===null?null:Math.min(100,Math.max(0,e))}function St(s,e){return s!==void 0&&e-Date.parse(s.last_updated)<=3e5}function Mt(s,e,t){let r=[s,...e,...t];return r.some(n=>n===null)?null:Math.max(0,r.reduce((n,i)=>n+i,0))}var O=360,de=3,Ar=118,Pr=150;function We(s,e){return Array.from({length:s},(t,r)=>{let n=Math.floor(r/de),i=Math.min(de,s-n*de);return{x:O/2+(r%de-(i-1)/2)*Ar,y:e+n*Pr}})}function Tt(s){return 1.5+Math.min(4.5,Math.abs(s)/700)}function Et(s){return Math.max(.8,4-Math.abs(s)/800)}function ue(s,e){let t=[...s];return t.length<=e?s:`${t.slice(0,e-1).join("")}…`}var v=34,At=2*Math.PI*v,he=40,Pt=-68,ze=16,Rr={grid:"M8.28,5.45L6.5,4.55L7.76,2H16.23L17.5,4.55L15.72,5.44L15,4H9L8.28,5.45M18.62,8H14.09L13.3,5H10.7L9.91,8H5.38L4.1,10.55L5.89,11.44L6.62,10H17.38L18.1,11.45L19.89,10.56L18.62,8M17.77,22H15.7L15.46,21.1L12,15.9L8.53,21.1L8.3,22H6.23L9.12,11H11.19L10.83,12.35L12,14.1L13.16,12.35L12.81,11H14.88L17.77,22M11.4,15L10.5,13.65L9.32,18.13L11.4,15M14.68,18.12L13.5,13.64L12.6,15L14.68,18.12Z",house:"M10,20V14H14V20H19V12H22L12,3L2,12H5V20H10Z",solar:"M12,7A5,5 0 0,1 17,12A5,5 0 0,1 12,17A5,5 0 0,1 7,12A5,5 0 0,1 12,7M11,1H13V5H11V1M11,19H13V23H11V19M1,11H5V13H1V11M19,11H23V13H19V11M4.2,5.6L5.6,4.2L8.5,7L7,8.5L4.2,5.6M15.5,17L17,15.5L19.8,18.4L18.4,19.8L15.5,17M4.2,18.4L7,15.5L8.5,17L5.6,19.8L4.2,18.4M15.5,7L18.4,4.2L19.8,5.6L17,8.5L15.5,7Z"},pe=class extends ${static{this.properties={...$.properties,found:{state:!0}}}#e=!1;static getStubConfig(){return{}}static getConfigForm(){return k({name:"title",selector:{text:{}}},{name:"grid",selector:{entity:{domain:"sensor",device_class:"power"}}},{name:"solar",selector:{entity:{domain:"sensor",device_class:"power",multiple:!0}}})}setConfig(e){let{batteries:t}=e;if(t!==void 0&&!Array.isArray(t))throw new Error("batteries: [{ name, soc, power }]");super.setConfig(e)}getCardSize(){return 5}getGridOptions(){return{columns:12,min_columns:6}}request(){}concerns(e){return super.concerns(e)||this.#s().some(t=>e.states[t]!==this.hass?.states[t])}updated(){this.#e||!this.hass||!this.config||this.config.batteries||(this.#e=!0,this.hass.callWS({type:"marstek/dashboard/flow"}).then(e=>{this.found=e}).catch(e=>this.failed(e)))}get#t(){let{grid:e,solar:t,batteries:r}=this.config??{};return{...this.found,...e?{grid:e}:{},...t?{solar:[].concat(t)}:{},...r?{batteries:r}:{}}}#s(){let{grid:e,solar:t=[],batteries:r=[],meter:n}=this.#t,i=r.flatMap(({soc:o,power:a,commanded_by:l})=>[o,a,l]);return[e,n,...t,...i].filter(o=>o!==void 0)}#r(e){return e===void 0?void 0:this.hass?.states[e]}#i({solar:e=[],batteries:t=[]}){let r=(e.length?he:Pt)+112;return(We(t.length,r+120).at(-1)?.y??r)+84}waiting(){return h`<svg viewBox="0 0 ${O} ${this.#i(this.#t)}" aria-hidden="true"></svg>`}body(e){let{grid:t,solar:r=[],batteries:n=[]}=this.#t;if(n.length===0)return h`<p class="quiet">${e.no_batteries}</p>`;let i=this.#r(t),o=St(i,Date.now())?Z(i):null,a=r.map(x=>Z(this.#r(x))),l=n.map(({power:x})=>Z(this.#r(x))),c=t===void 0?null:Mt(o,a,l),m=a.some(x=>x===null)?null:a.reduce((x,_)=>x+(_??0),0),d=(r.length?he:Pt)+112,p=We(n.length,d+120),g=this.#i(this.#t),b={x:O/2,y:d};return h`<svg viewBox="0 0 ${O} ${g}" role="group">
      ${r.length?this.#n({x:b.x,y:he+v},b,m,"sun"):u}
      ${t===void 0?u:this.#n({x:60+v,y:d},b,o,"grid")}
      ${this.#n(b,{x:O-60-v,y:d},c,"house")}
      ${n.map((x,_)=>this.#n({x:p[_].x,y:p[_].y-v},b,l[_]??null,"battery"))}
      <circle class="joint" cx=${b.x} cy=${b.y} r="4"></circle>
      ${r.length?this.#a({x:b.x,y:he},"solar",e.solar,m,r[0]):u}
      ${t===void 0?u:this.#a({x:60,y:d},"grid",e.grid,o,t)}
      ${this.#o({x:60,y:d})}
      ${this.#a({x:O-60,y:d},"house",e.house,c,void 0)}
      ${n.map((x,_)=>this.#c(p[_],x,l[_]??null,e))}
    </svg>`}#n(e,t,r,n){let i=`M${e.x} ${e.y}C${e.x} ${(e.y+t.y)/2},${t.x} ${(e.y+t.y)/2},${t.x} ${t.y}`,o=r!==null&&Math.abs(r)>=10;return f`<path class="line ${n} ${o?r>0?"runs":"runs back":""}" d=${i}
      style=${o?`stroke-width:${Tt(r)}px;animation-duration:${Et(r)}s`:u}></path>`}#a(e,t,r,n,i){let o=n===null?"–":this.format.watts(Math.abs(n));return this.#l(i,`${o} ${r}`,f`
      <circle class="node ${t}" cx=${e.x} cy=${e.y} r=${v}></circle>
      <path class="icon ${t}" d=${Rr[t]} transform="translate(${e.x-10} ${e.y-24}) scale(.84)"></path>
      <text class="value" x=${e.x} y=${e.y+13} text-anchor="middle">${o}</text>
      ${t==="solar"?f`<text class="name" x=${e.x+v+8} y=${e.y+4}>${r}</text>`:f`<text class="name" x=${e.x} y=${e.y+v+15} text-anchor="middle">${r}</text>`}`)}#o(e){let{meter:t}=this.#t,r=this.#r(t);if(!r||r.state==="unavailable")return u;let n=ue(this.hass?.formatEntityState?.(r)??r.state,ze+6);return this.#l(t,n,f`
      <text class="by" x=${e.x} y=${e.y+v+29} text-anchor="middle">${n}</text>`)}#c(e,t,r,n){let i=kt(this.#r(t.soc)),o=this.#r(t.commanded_by),a=o?this.hass?.formatEntityState?.(o)??o.state:"",l=r===null?n.unavailable:Math.abs(r)<10?n.idle:r>0?n.discharging:n.charging,c=r===null?"–":this.format.watts(Math.abs(r)),m=ue(t.name,ze),d=i===null?"–":this.format.percent(i),p=ue(a,ze+3),g=`${d} ${c} ${m} ${p} ${l}`,b=r===null?"silent":"";return this.#l(t.soc??t.power,g,f`
      <circle class="node battery ${b}" cx=${e.x} cy=${e.y} r=${v}></circle>
      ${i===null?u:f`<circle class="soc ${i<=20?"low":""}" cx=${e.x} cy=${e.y} r=${v}
        stroke-dasharray="${i/100*At} ${At}" transform="rotate(-90 ${e.x} ${e.y})"></circle>`}
      <text class="percent" x=${e.x} y=${e.y} text-anchor="middle">${d}</text>
      <text class="value" x=${e.x} y=${e.y+15} text-anchor="middle">${r===null||Math.abs(r)<10?"":r>0?"▲":"▼"} ${c}</text>
      <text class="name" x=${e.x} y=${e.y+v+15} text-anchor="middle">${m}</text>
      <text class="by" x=${e.x} y=${e.y+v+29} text-anchor="middle">${p}</text>`)}#l(e,t,r){if(e===void 0)return f`<g role="img" aria-label=${t}>${r}</g>`;let n=()=>{this.dispatchEvent(new CustomEvent("hass-more-info",{detail:{entityId:e},bubbles:!0,composed:!0}))};return f`<g class="tappable" role="button" tabindex="0" aria-label=${t} @click=${n} @keydown=${o=>{o.key!=="Enter"&&o.key!==" "||(o.preventDefault(),n())}}>
      <g aria-hidden="true">${r}</g></g>`}static{this.styles=[S,w`
      svg { display: block; width: 100%; max-width: 520px; margin: 0 auto; overflow: visible; }
      text { fill: var(--primary-text-color); font-size: 12px; }
      .value { font-size: 11px; font-weight: 500; }
      .percent { font-size: 16px; font-weight: 600; }
      .name { font-weight: 500; }
      .by { font-size: 11px; fill: var(--secondary-text-color); }
      .node { fill: var(--ha-card-background, var(--card-background-color)); stroke: var(--divider-color); stroke-width: 2; }
      .node.grid { stroke: var(--auto); }
      .node.solar { stroke: var(--hold); }
      .node.house { stroke: var(--primary-color); }
      .node.battery { stroke-width: 5; }
      .silent { stroke: var(--error-color, #db4437); stroke-dasharray: 4 4; }
      .icon { fill: var(--secondary-text-color); }
      .icon.solar { fill: var(--hold); }
      .icon.house { fill: var(--primary-color); }
      .soc { fill: none; stroke: var(--charge); stroke-width: 5; stroke-linecap: round; }
      .soc.low { stroke: var(--discharge); }
      .joint { fill: var(--divider-color); }
      .line { fill: none; stroke: var(--divider-color); stroke-width: 1.5; }
      .runs { stroke: var(--charge); stroke-dasharray: 6 6; animation: run linear infinite; }
      .runs.grid { stroke: var(--auto); }
      .runs.sun { stroke: var(--hold); }
      .runs.house { stroke: var(--primary-color); }
      .back { animation-direction: reverse; }
      .tappable { cursor: pointer; outline-offset: 4px; }
      @keyframes run { from { stroke-dashoffset: 24; } to { stroke-dashoffset: 0; } }
      @media (prefers-reduced-motion: reduce) { .runs { animation: none; } }
    `]}};var Rt=["week","month","last_month","year"],Ct=["csv","xlsx"];function X(s,e,t){return new Date(Date.UTC(s,e,t)).toISOString().slice(0,10)}function Dt(s,e){let[t=0,r=1,n=1]=e.split("-").map(Number);switch(s){case"week":return{start_date:X(t,r-1,n-6),end_date:e};case"month":return{start_date:X(t,r-1,1),end_date:e};case"last_month":return{start_date:X(t,r-2,1),end_date:X(t,r-1,0)};case"year":return{start_date:X(t-1,r-1,n+1),end_date:e}}}function Lt(s,e){return new Intl.DateTimeFormat("en-CA",{timeZone:s,dateStyle:"short"}).format(e)}var me=class extends ${static{this.properties={...$.properties,range:{state:!0},fileFormat:{state:!0},made:{state:!0},wrong:{state:!0},isBusy:{state:!0}}}constructor(){super(),this.range="month",this.fileFormat="xlsx",this.isBusy=!1}static getStubConfig(){return{}}static getConfigForm(){return k({name:"title",selector:{text:{}}})}getCardSize(){return 3}getGridOptions(){return{columns:12,min_columns:6}}request(){}body(e){let t=(r,n,i,o)=>h`
      <label>${e[r]}
        <select @change=${a=>o(a.target.value)}>
          ${n.map(a=>h`<option value=${a} ?selected=${a===i}>${e[`range_${a}`]??a.toUpperCase()}</option>`)}
        </select></label>`;return h`
      <div class="row">
        ${t("range",Rt,this.range,r=>{this.range=r})}
        ${t("file_format",Ct,this.fileFormat,r=>{this.fileFormat=r})}
      </div>
      <div class="row">
        <button ?disabled=${this.isBusy} @click=${this.#e}>${e.export}</button>
        <button ?disabled=${this.isBusy} @click=${this.#t}>${e.report}</button>
      </div>
      <p class="quiet" aria-live="polite">
        ${this.isBusy?e.being_made:this.wrong?this.wrong:this.made?h`<a href=${this.made.path} target="_blank" rel="noopener">${this.made.name}</a> – ${e.once}`:u}
      </p>`}#e=async()=>{let e=this.#s,t=this.range==="week"?"hour":"day",r=await this.#r("export",{...e,resolution:t,format:this.fileFormat});if(!r)return;let n=document.createElement("a");n.href=r.path,n.download=r.name,n.click(),this.made=void 0};#t=async()=>{this.made=await this.#r("report",{...this.#s})};get#s(){return Dt(this.range,Lt(this.hass?.config?.time_zone??"UTC",Date.now()))}async#r(e,t){this.isBusy=!0,this.wrong=void 0,this.made=void 0;try{let{response:r}=await this.hass.callWS({type:"call_service",domain:"marstek",service:e,service_data:t,return_response:!0}),{path:n,file:i}=r;return n===void 0?void 0:{path:n,name:i??e}}catch(r){this.wrong=N(r);return}finally{this.isBusy=!1}}static{this.styles=[S,w`
      .waiting { height: 141px; }
      .row { display: flex; flex-wrap: wrap; gap: 12px; margin-bottom: 12px; }
      label { display: flex; flex: 1 1 120px; flex-direction: column; gap: 4px; font-size: 0.875rem; }
      select { font: inherit; min-height: 36px; padding: 4px 8px; border: 1px solid var(--divider-color); border-radius: 8px;
        color: inherit; background: var(--ha-card-background, var(--card-background-color)); }
      .row > button { flex: 1 1 120px; }
      p { margin: 0; min-height: 1.5em; }
      a { color: var(--primary-color); }
    `]}};function M(s,e,t={}){return Object.entries(t).reduce((r,[n,i])=>r.replace(`{${n}}`,i),s[e]??e)}var Ot=["red","white","blue"];function J(s){return new Date(s).toISOString().slice(0,10)}function Ht(s){let e=new Map(s.days.map(r=>[r[0],r])),t=s.season??0;return Array.from({length:12},(r,n)=>{let i=Date.UTC(t,8+n,1),o=Date.UTC(t,9+n,1),a=[];for(let l=i;l<o;l+=864e5){let c=J(l),[,m,d,p,g,b]=e.get(c)??[c,null,null,!1,null,null];a.push({date:c,colour:m,source:d,provisional:p,offPeak:g,peak:b})}return{first:J(i),offset:(new Date(i).getUTCDay()+6)%7,days:a}})}function Ut(s){return[`${s}-09-01`,`${s+1}-08-31`]}function Ft(s,e,t){let[r,n]=Ut(t),i=J(Date.parse(`${s}T00:00:00Z`)+e*864e5);return i<r?r:i>n?n:i}function Ie(s){let[e,t]=Ut(s.season??0);return s.today>=e&&s.today<=t?s.today:e}function Wt(s,e){return s.seasons.find(t=>t===(s.season??0)+e)}var Cr={ArrowLeft:-1,ArrowRight:1,ArrowUp:-7,ArrowDown:7,PageUp:-28,PageDown:28},Dr={rte:"RTE",rte_api:"RTE (API)",api_couleur_tempo:"api-couleur-tempo.fr"},fe=class extends ${static{this.properties={...$.properties,season:{state:!0},chosen:{state:!0}}}static getStubConfig(){return{}}static getConfigForm(){return k({name:"title",selector:{text:{}}})}getCardSize(){return 8}getGridOptions(){return{columns:"full",min_columns:6}}request(){let{season:e}=this;return{type:"marstek/tempo/season",...e===void 0?{}:{season:e}}}willUpdate(e){super.willUpdate(e);let t=e.get("message");t&&t.season!==this.message?.season&&(this.chosen=void 0)}body(e){let{message:t}=this;return t?!t.plan||t.season===null?h`<p class="quiet">${e.no_data}</p>`:this.#e(t,e):this.waiting()}waiting(){let e=J(Date.now()),t=Number(e.slice(0,4))-(e.slice(5)<"09-01"?1:0),r={blue:0,white:0,red:0},n={plan:!0,season:t,seasons:[],today:e,tomorrow:e,days:[],left:r,total:r,currency:"EUR"};return h`<div class="waiting" inert aria-busy="true">${this.hass?this.#e(n,this.texts??{}):u}</div>`}#e(e,t){let r=Ht(e),n=this.chosen??Ie(e),i=r.flatMap(({days:a})=>a).find(({date:a})=>a===n),o=i?this.#r(i,e,t):[];return h`
      ${this.#t(e,t)}
      <div class="months" tabindex="0" role="slider" aria-label="${t.season} ${e.season}–${(e.season??0)+1}"
        aria-valuemin="0" aria-valuemax="365" aria-valuenow=${Math.max(0,r.flatMap(({days:a})=>a).indexOf(i))}
        aria-valuetext=${o.join(", ")} @keydown=${this.#o} @click=${this.#n} @pointerover=${this.#a}>
        ${r.map(a=>this.#s(a,e,n,t))}
      </div>
      <div class="details">${o.map((a,l)=>h`<span class=${l===0?"when":""}>${a}</span>`)}</div>`}#t(e,t){let r=(i,o,a)=>{let l=Wt(e,i);return h`<button aria-label=${o??""} ?disabled=${l===void 0} @click=${()=>{this.season=l}}>${a}</button>`},n=e.season??0;return h`<div class="head">
      <div class="turn">
        ${r(-1,t.earlier_season,"‹")}<strong>${n}–${n+1}</strong>${r(1,t.later_season,"›")}
      </div>
      <ul class="legend">
        ${Ot.map(i=>h`<li><span class="cell ${i}">${t[`${i}_letter`]}</span>
          ${M(t,"days_left",{colour:t[i]??i,left:String(e.left[i]),total:String(e.total[i])})}</li>`)}
      </ul>
    </div>`}#s(e,t,r,n){let{format:i}=this;return h`<section aria-hidden="true">
      <h3>${i.month(e.first)}</h3>
      <div class="days">
        ${Array.from({length:7},(o,a)=>h`<span class="weekday">${i.weekday(a)}</span>`)}
        ${e.days.map((o,a)=>{let l=["cell",o.colour??"unknown"];return o.date===t.today&&l.push("today"),o.date===r&&l.push("chosen"),o.provisional&&l.push("provisional"),h`<span class=${l.join(" ")} data-day=${o.date}
            style=${a===0?`grid-column-start:${e.offset+1}`:u}><small>${a+1}</small>${o.colour?n[`${o.colour}_letter`]:""}</span>`})}
      </div>
    </section>`}#r(e,t,r){let{format:n}=this,i=[n.date(e.date)];return e.colour?(i.push(`${r[e.colour]}${e.provisional?` (${r.provisional})`:""}`),e.offPeak!==null&&e.peak!==null&&(i.push(`${r.off_peak} ${n.price(e.offPeak,t.currency)}`),i.push(`${r.peak} ${n.price(e.peak,t.currency)}`)),e.source&&i.push(`${r.source} ${Dr[e.source]??e.source}`),i):[...i,r.unknown??""]}#i(e){return e.target instanceof Element?e.target.closest("[data-day]")?.dataset.day:void 0}#n=e=>{this.chosen=this.#i(e)??this.chosen};#a=e=>{e.pointerType==="mouse"&&this.#n(e)};#o=e=>{let t=this.message,r=Cr[e.key];e.key==="Escape"?this.chosen=void 0:r!==void 0&&(e.preventDefault(),this.chosen=Ft(this.chosen??Ie(t),r,t.season??0))};static{this.styles=[S,w`
      .waiting { visibility: hidden; }
      .head { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: center; justify-content: space-between; }
      .turn { display: flex; gap: 8px; align-items: center; }
      .legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 0; padding: 0; list-style: none; font-size: 0.875rem; }
      .legend li { display: flex; gap: 6px; align-items: center; }
      .legend .cell { width: 22px; height: 22px; }
      .months { display: grid; grid-template-columns: repeat(auto-fill, minmax(148px, 1fr)); gap: 12px 18px; margin-top: 12px; border-radius: 8px; }
      h3 { margin: 0 0 4px; font-size: 0.8125rem; font-weight: 500; text-transform: capitalize; }
      .days { display: grid; grid-template-columns: repeat(7, 1fr); gap: 2px; }
      .weekday { text-align: center; font-size: 0.625rem; color: var(--secondary-text-color); }
      .cell { display: flex; flex-direction: column; align-items: center; justify-content: center; aspect-ratio: 1; border-radius: 4px;
        font-size: 0.625rem; line-height: 1.05; font-weight: 700; box-sizing: border-box; cursor: pointer; }
      small { font-size: 0.5625rem; font-weight: 400; }
      .unknown { color: var(--secondary-text-color); border: 1px solid var(--divider-color); }
      .blue { background: var(--blue-day); color: #fff; }
      .white { color: #263238; border: 1px solid #90a4ae;
        background: radial-gradient(circle, #b0bec5 0.8px, transparent 1px) 0 0 / 5px 5px, var(--white-day); }
      .red { color: #fff; background: repeating-linear-gradient(45deg, #b71c1c 0 3px, #d84343 3px 5px); }
      .provisional { opacity: 0.65; outline: 1px dashed var(--primary-text-color); }
      .today { box-shadow: 0 0 0 2px var(--primary-color); }
      .chosen { outline: 2px solid var(--primary-text-color); outline-offset: 0; }
      .details { display: flex; flex-wrap: wrap; gap: 2px 14px; margin-top: 10px; min-height: 44px; font-size: 0.875rem; line-height: 1.5; }
      .when { font-weight: 600; }
    `]}};function Be(s,e,t){return t>=640?{start:s.start,end:s.end}:z({start:e-14400,end:e-14400+43200},0,s)}function z(s,e,t){let r=Math.min(s.end-s.start,t.end-t.start),n=Math.min(Math.max(s.start+e,t.start),t.end-r);return{start:n,end:n+r}}function zt(s,e,t){return e<s.start?z(s,e-s.start,t):e>s.end?z(s,e-s.end,t):s}function Nt(s,e){return s.find(t=>t.start<=e&&e<t.end)}function It(s,e){let t=[];for(let{start:r,end:n,colour:i,off_peak:o,provisional:a}of s){let l=t.at(-1),c=l?.end===r&&(e?l.colour===i:l.off_peak===o);l&&c?l.end=n:t.push({start:r,end:n,colour:i,off_peak:o,provisional:a})}return t}function Bt(s){if(s.tariff!=="dynamic")return s.periods.filter(i=>i.off_peak);let e=s.periods.filter(i=>i.price!==null),r=e.reduce((i,{start:o,end:a})=>i+a-o,0)/3,n=new Set;for(let i of[...e].sort((o,a)=>o.price-a.price)){if(r<=0)break;n.add(i),r-=i.end-i.start}return s.periods.filter(i=>n.has(i))}function ge(s,e){let t=[],r=[];for(let n of s)if(n[1]===null){let i=r.at(-1);i&&r.push([n[0],i[1]]),r.length>1&&t.push(r),r=[]}else n[0]<=e&&r.push(n);return r.length>0&&t.push(r),t}function jt(s,e,t){let r=[],n=e===null?[]:[[t,e]];for(let i of s)if(!(i.end<=t)){if(i.soc===null){n.length>1&&r.push(n),n=[];continue}n.length===0&&i.action==="hold"&&n.push([i.start,i.soc]),n.push([i.end,i.soc])}return n.length>1&&r.push(n),r}function je(s,e){let t=Math.max(s.start,e.start),r=Math.min(s.end,e.end);return t<r?{start:t,end:r}:void 0}function Lr(s,e){for(let t=1;t<s.length;t+=1){let[r,n]=s[t-1],[i,o]=s[t];if(r<=e&&e<=i&&n!==null&&o!==null)return i===r?o:n+(o-n)*(e-r)/(i-r)}return null}function Ve(s){let e=s.flatMap(({price:t})=>t===null?[]:[t]);return[Math.min(0,...e),Math.max(.05,...e)*1.1]}function Vt(s,e,t,r,n,i){let o=n<i,a=Nt(o?s.past:e,n),l=Nt(t,n),c=r.map(p=>Lr(p,n)).find(p=>p!==null)??null,m=null,d=(a?.is_sale?l?.export_price:l?.price)??null;if(a&&d!==null&&a.power!==0){let p=(a.end-Math.max(a.start,o?a.start:i))/3600;m=(o?(a.discharged??0)-(a.charged??0):a.power/1e3*p)*d}return{moment:n,step:a,isPast:o,period:l,soc:c,money:m}}function Gt(s,e,t){let r=[];for(let n=Math.ceil(s.start/3600)*3600;n<=s.end;n+=3600)t(n)%e===0&&r.push(n);return r}var T=34,H=40,Yt=22,Ge=6,Ye=26,Or=34,Hr=26,Ur=44,qe=84,Fr=6.5,qt={auto:"⟳",hold:"❚❚",charge:"▲",discharge:"▼",ai:"✦"};function Ke(s,e){let t=s.has("colours")?Yt+Ge:0,r=s.has("soc")||s.has("price")?e+Ge:0,n=s.has("actions")?Ye+Ge:0;return{plotTop:t,bandTop:t+r,axisTop:t+r+n,height:t+r+n+Or}}function Kt(s,e){let{window:t,width:r,shown:n}=s,i=Ke(n,e),o=a=>T+(a-t.start)/(t.end-t.start)*(r-T-H);return f`
    ${Wr()}
    <clipPath id="area"><rect x=${T} y="0" width=${Math.max(0,r-T-H)} height=${i.height}></rect></clipPath>
    ${Ir(s,o,i.axisTop)}
    <g clip-path="url(#area)">
      ${n.has("colours")?Br(s,o):u}
      ${n.has("price")?jr(s,o,i.plotTop,e):u}
      ${n.has("soc")?Vr(s,o,i.plotTop,e):u}
      ${n.has("actions")?Gr(s,o,i.bandTop):u}
    </g>
    ${qr(s,i.plotTop,e)}
    ${Yr(s,o,i.axisTop)}`}function Wr(){return f`<defs>
    <pattern id="red" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect width="6" height="6" class="day-red"></rect><rect width="2" height="6" fill="#fff" opacity=".35"></rect>
    </pattern>
    <pattern id="white" width="6" height="6" patternUnits="userSpaceOnUse">
      <rect width="6" height="6" class="day-white"></rect><circle cx="3" cy="3" r="1" fill="#78909c"></circle>
    </pattern>
    <pattern id="failed" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
      <rect width="3" height="8" fill="#c62828"></rect>
    </pattern>
  </defs>`}function Nr(s,e,t){let r=Math.min(s+3,e-qe);if(!t||t[1]<=r||t[0]>=r+qe)return r;let n=Math.max(s,t[1])+3;return n+qe>e?void 0:n}function zr({now:s,window:e,texts:t},r){let n=(t.now??"").length*Fr/2;return s<e.start||s>e.end?void 0:[r(s)-n,r(s)+n]}function Ir(s,e,t){let{window:r,format:n,width:i}=s,o=(r.end-r.start)/3600,a=(i-T-H)/o,l=[1,2,3,6,12].find(c=>a*c>Ur)??24;return Gt(r,l,c=>n.hour(c)).map(c=>{let m=n.hour(c)===0,d=e(c),p=m?Nr(d,i,zr(s,e)):void 0;return f`<line class=${m?"midnight":"hour"} x1=${d} x2=${d} y1="0" y2=${t}></line>
      <text class="axis" x=${d} y=${t+13} text-anchor="middle">${n.hourLabel(c)}</text>
      ${p===void 0?u:f`<text class="axis day" x=${p} y=${t+28}>${n.day(c)}</text>`}`})}function Br({periods:s,message:e,texts:t,window:r},n){let i=e.tariff==="tempo";return It(s,i).map(o=>{let a=je(o,r);if(!a)return u;let l=n(a.start),c=Math.max(0,n(a.end)-l-1),m=i?o.colour??"unknown":o.off_peak&&e.tariff==="fixed"?"off_peak":"peak";if(!i&&e.tariff==="dynamic")return u;let d=o.colour?t[`${o.colour}_letter`]:i?"?":"",p=c>70?t[m]:d;return f`<g class="strip ${m} ${o.provisional?"provisional":""}">
      <rect x=${l} y="0" width=${c} height=${Yt} rx="4"></rect>
      ${c>12?f`<text x=${l+c/2} y="15" text-anchor="middle">${p}</text>`:u}
    </g>`})}function jr(s,e,t,r){let{periods:n,message:i}=s,[o,a]=Ve(n),l=p=>t+r-(p-o)/(a-o)*r,c=new Set(Bt({...i,periods:[...n]})),m="",d=n.map(p=>{if(p.price===null)return u;let[g,b]=[e(p.start),e(p.end)];return m+=`${m?"L":"M"}${g.toFixed(1)} ${l(p.price).toFixed(1)}H${b.toFixed(1)}`,f`<rect class="price ${c.has(p)?"cheap":""} ${p.is_expected?"expected":""}"
      x=${g} width=${Math.max(0,b-g)} y=${l(Math.max(0,p.price))} height=${Math.max(0,l(Math.min(0,p.price))-l(Math.max(0,p.price)))}></rect>`});return f`${d}<path class="price-line" d=${m}></path>`}function Vr({points:s,future:e,now:t},r,n,i){let o=l=>n+i-l/100*i,a=l=>l.map(([c,m],d)=>`${d?"L":"M"}${r(c).toFixed(1)} ${o(m??0).toFixed(1)}`).join("");return f`
    ${ge(s,t).map(l=>f`<path class="soc" d=${a(l)}></path>`)}
    ${e.map(l=>f`<path class="soc expected" d=${a(l)}></path>`)}`}function Gr({message:s,steps:e,texts:t,now:r,window:n},i,o){let a=(l,c)=>{let m=c?{start:n.start,end:Math.min(r,n.end)}:{start:Math.max(r,n.start),end:n.end},d=je(l,m);if(!d)return u;let p=i(d.start),g=Math.max(1,i(d.end)-p-1),b=t[`action_${l.action}`]??l.action,x=g>12+b.length*7?`${qt[l.action]} ${b}`:qt[l.action],_=(l.failing?.length??0)>0;return f`<g class="step ${l.action} ${c?"done":"expected"}">
      <rect x=${p} y=${o} width=${g} height=${Ye} rx="5"></rect>
      ${_?f`<rect class="failed" x=${p} y=${o+Ye-7} width=${g} height="7" fill="url(#failed)"></rect>`:u}
      ${l.by_person&&g>8?f`<circle class="person" cx=${p+5} cy=${o+5} r="3"></circle>`:u}
      ${g>Hr-12?f`<text x=${p+g/2} y=${o+17} text-anchor="middle">${x}</text>`:u}
    </g>`};return[...s.past.map(l=>a(l,!0)),...e.map(l=>a(l,!1))]}function qr({width:s,shown:e,periods:t,format:r},n,i){let[,o]=Ve(t),a=e.has("soc")?[0,50,100].map(c=>{let m=n+i-c/100*i;return f`<text class="axis" x=${T-4} y=${m+(c===100?9:c===0?0:4)} text-anchor="end">${c}%</text>`}):u,l=e.has("price")?[.5,1].map(c=>f`<text class="axis" x=${s-H+4} y=${n+i-c*i+(c===1?9:4)}>${r.number(o*c,2)}</text>`):u;return f`${a}${l}`}function Yr({now:s,cursor:e,window:t,texts:r},n,i){let o=a=>a>=t.start&&a<=t.end;return f`
    ${o(s)?f`<line class="now" x1=${n(s)} x2=${n(s)} y1="0" y2=${i}></line>
      <text class="axis now-label" x=${n(s)} y=${i+28} text-anchor="middle">${r.now}</text>`:u}
    ${e!==void 0&&o(e)?f`<line class="cursor" x1=${n(e)} x2=${n(e)} y1="0" y2=${i}></line>`:u}`}var Zt=w`
  .frame { width: 100%; container-type: inline-size; }
  .waiting { height: 298px; }
  svg { display: block; touch-action: pan-y; user-select: none; cursor: crosshair; }
  text { font-size: 11px; fill: var(--primary-text-color); pointer-events: none; }
  .axis { fill: var(--secondary-text-color); }
  .hour { stroke: var(--divider-color); stroke-dasharray: 2 3; }
  .midnight { stroke: var(--divider-color); stroke-width: 1.5; }
  .day { font-weight: 500; }
  .day-red { fill: var(--red-day); }
  .day-white { fill: var(--white-day); }
  .strip rect { fill: var(--divider-color); }
  .strip.blue rect { fill: var(--blue-day); }
  .strip.white rect { fill: url(#white); stroke: #90a4ae; }
  .strip.red rect { fill: url(#red); }
  .strip.blue text, .strip.red text { fill: #fff; font-weight: 600; }
  .strip.red text { paint-order: stroke; stroke: var(--red-day); stroke-width: 3px; }
  .strip.white text { fill: #263238; font-weight: 600; }
  .strip.provisional rect { opacity: 0.6; stroke: var(--primary-text-color); stroke-dasharray: 4 3; }
  .strip.off_peak rect { fill: var(--charge); opacity: 0.35; }
  .price { fill: var(--secondary-text-color); opacity: 0.12; }
  .price.cheap { fill: var(--charge); opacity: 0.22; }
  .price.expected { opacity: 0.07; }
  .price-line { fill: none; stroke: var(--secondary-text-color); stroke-width: 1.2; opacity: 0.7; }
  .soc { fill: none; stroke: var(--primary-color); stroke-width: 2.5; stroke-linejoin: round; }
  .soc.expected { stroke-dasharray: 5 4; opacity: 0.75; }
  .step rect { fill: var(--auto); }
  .step.hold > rect:first-child { fill: var(--hold); }
  .step.charge > rect:first-child { fill: var(--charge); }
  .step.discharge > rect:first-child { fill: var(--discharge); }
  .step.expected > rect:first-child { fill-opacity: 0.28; stroke: currentColor; stroke-opacity: 0.5; stroke-dasharray: 3 3; }
  .step.done text { fill: #fff; font-weight: 600; }
  .step .failed { fill: url(#failed); }
  .person { fill: #fff; stroke: var(--primary-text-color); }
  .now { stroke: var(--error-color, #db4437); stroke-width: 1.5; }
  .now-label { fill: var(--error-color, #db4437); }
  .cursor { stroke: var(--primary-text-color); stroke-width: 1; }
  .below { display: flex; flex-wrap: wrap; gap: 8px; align-items: flex-start; justify-content: space-between; margin-top: 4px; }
  .details { display: flex; flex-wrap: wrap; gap: 2px 14px; min-height: 44px; flex: 1 1 240px; font-size: 0.875rem; line-height: 1.5; }
  .when { font-weight: 600; }
  .buttons { display: flex; flex-wrap: wrap; gap: 8px; }
  .buttons button { white-space: nowrap; }
  @container (max-width: 560px) {
    .waiting { height: 361px; }
    .details { min-height: 63px; }
  }
`;var tr={colours:"show_colours",price:"price",soc:"soc",actions:"show_actions"},ye=Object.keys(tr),er=150,Kr={ArrowLeft:-900,ArrowRight:900,PageUp:-6*3600,PageDown:6*3600},Zr=6,Xr=600,be=class extends ${static{this.properties={...$.properties,cursor:{state:!0},window:{state:!0},width:{state:!0},points:{state:!0},ifRed:{state:!0}}}#e;#t;#s=!1;#r=0;#i;constructor(){super(),this.width=0,this.points=[]}static getStubConfig(){return{show:ye}}static getConfigForm(){let e=Object.entries(tr).map(([t,r])=>({value:t,label:Fe(r)}));return k({name:"title",selector:{text:{}}},{name:"show",selector:{select:{multiple:!0,mode:"list",options:e}}})}setConfig(e){let{show:t}=e;if(t!==void 0&&!(Array.isArray(t)&&t.every(r=>ye.includes(r))))throw new Error(`show: ${ye.join(", ")}`);super.setConfig(e)}getCardSize(){return 6}getGridOptions(){return{columns:"full",min_columns:6}}request(){return{type:"marstek/plan/subscribe",language:this.hass.language}}get zone(){return this.message?.zone}connectedCallback(){super.connectedCallback(),this.#e=new ResizeObserver(([e])=>{let t=Math.floor(e?.contentRect.width??0);t&&t>=640!=this.width>=640&&(this.window=void 0),t&&(this.width=t)}),this.#i=setInterval(()=>this.requestUpdate("clock"),6e4),this.#s=!1,this.hasUpdated&&this.#n()}disconnectedCallback(){super.disconnectedCallback(),this.#e?.disconnect(),clearInterval(this.#i)}updated(e){super.updated(e),this.#n(),!this.#s&&this.message?.plan&&(this.#s=!0,this.#a())}willUpdate(e){super.willUpdate(e);let{message:t}=this;if(e.has("message")&&t?.plan&&(this.#r&&this.#o-this.#r>Xr&&(this.#s=!1),this.#r=this.#o),e.has("message")&&t?.plan&&t.soc!==null&&this.#s){let r=this.points.filter(([n])=>n>=t.start);this.points=[...r,[this.#o,t.soc]]}!this.window&&t?.plan&&this.width&&(this.window=Be(t,this.#o,this.width))}#n(){let e=this.renderRoot.querySelector(".frame");e&&this.#e?.observe(e)}async#a(){try{let{series:e}=await this.hass.callWS({type:"marstek/history",hours:48});this.points=(e.find(({key:t})=>t==="total")??e[0])?.points??[]}catch(e){this.failed(e)}}get#o(){return Date.now()/1e3}get#c(){return new Set(this.config?.show??ye)}body(e){let{message:t}=this;return t&&!t.plan?h`<p class="quiet">${e.no_data}</p>`:t&&this.window?h`<div class="frame">${this.#l(t,this.window,e)}</div>`:this.waiting()}waiting(){return h`<div class="frame"><div class="waiting" aria-busy="true"></div></div>`}#l(e,t,r){let{width:n,format:i,ifRed:o}=this,a=this.#o,l=o?.steps??e.steps,c=o?.periods??e.periods,m=this.#c,d=jt(l,e.soc,a),p=Vt(e,l,c,[...ge(this.points,a),...d],this.cursor??a,a),g=this.#u(p,e,r),{height:b}=Ke(m,er),x={message:e,steps:l,periods:c,points:this.points,future:d,window:t,width:n,now:a,cursor:this.cursor,shown:m,format:i,texts:r};return h`
      <svg viewBox="0 0 ${n} ${b}" width=${n} height=${b} tabindex="0" role="slider"
        aria-label=${r.timeline} aria-valuemin=${Math.round(e.start)} aria-valuemax=${Math.round(e.end)}
        aria-valuenow=${Math.round(p.moment)} aria-valuetext=${g.join(", ")}
        @keydown=${this.#y} @pointerdown=${this.#m} @pointermove=${this.#p} @pointerup=${this.#f}
        @pointercancel=${this.#g}>${Kt(x,er)}</svg>
      <div class="below">
        <div class="details">${g.map((_,pr)=>h`<span class=${pr===0?"when":""}>${_}</span>`)}</div>
        ${this.#d(e,t,r)}
      </div>`}#d(e,t,r){let n=t.end-t.start>=e.end-e.start,i=(t.end-t.start)/2,o=a=>()=>{this.window=z(t,a,e)};return h`<div class="buttons">
      ${n?u:h`
        <button aria-label=${r.earlier} ?disabled=${t.start<=e.start} @click=${o(-i)}>‹</button>
        <button @click=${this.#b}>${r.now}</button>
        <button aria-label=${r.later} ?disabled=${t.end>=e.end} @click=${o(i)}>›</button>`}
      ${e.tariff==="tempo"&&this.#c.has("actions")&&e.periods.at(-1)?.colour!=="red"?h`
        <button aria-pressed=${this.ifRed?"true":"false"} @click=${this.#$}>
          ${this.ifRed?r.plan_shown:r.preview}</button>`:u}
    </div>`}#u(e,t,r){let{format:n}=this,{step:i,period:o}=e,a=[`${n.day(e.moment)} ${n.time(e.moment)}`],l=this.#c;return i&&l.has("actions")&&(a.push(i.text,i.reason),e.isPast&&i.charged&&a.push(`▲ ${n.number(i.charged,2)} kWh`),e.isPast&&i.discharged&&a.push(`▼ ${n.number(i.discharged,2)} kWh`),!e.isPast&&i.power&&a.push(`${r.power} ${n.watts(i.power)}`),i.by_person&&a.push(r.by_hand??""),i.failing?.length&&a.push(M(r,"not_followed",{names:i.failing.join(", ")}))),e.soc!==null&&l.has("soc")&&a.push(`${r.soc} ${n.percent(e.soc)}${e.isPast?"":` (${r.expected})`}`),o&&(o.colour&&a.push(`${r[o.colour]}${o.provisional?` (${r.provisional})`:""}`),o.price!==null&&a.push(`${n.price(o.price,t.currency)}${o.is_expected?` (${r.expected})`:""}`),o.export_price!==null&&a.push(`${r.feed_in} ${n.price(o.export_price,t.currency)}`)),e.money!==null&&!e.isPast&&l.has("actions")&&a.push(`${e.money<0?r.cost:r.gain} ${n.money(Math.abs(e.money),t.currency)}`),a}#h(e){let t=e.currentTarget.getBoundingClientRect(),{start:r,end:n}=this.window,i=(e.clientX-t.left-T)/Math.max(1,t.width-T-H);return Math.min(n,Math.max(r,r+i*(n-r)))}#m=e=>{e.currentTarget.setPointerCapture(e.pointerId),this.#t={x:e.clientX,window:this.window,hasMoved:!1}};#p=e=>{let t=this.#t;if(!t){e.pointerType==="mouse"&&(this.cursor=this.#h(e));return}let r=e.clientX-t.x;if(Math.abs(r)<Zr&&!t.hasMoved)return;t.hasMoved=!0;let n=(t.window.end-t.window.start)/Math.max(1,this.width-T-H);this.window=z(t.window,-r*n,this.message)};#f=e=>{this.#t&&!this.#t.hasMoved&&(this.cursor=this.#h(e)),this.#t=void 0};#g=()=>{this.#t=void 0};#y=e=>{let t=this.message,r=this.cursor??this.#o,n=Kr[e.key],i;if(n!==void 0)i=r+n*(e.shiftKey?4:1);else if(e.key==="Home")i=t.start;else if(e.key==="End")i=t.end;else if(e.key==="Escape"){this.cursor=void 0;return}else return;e.preventDefault(),this.cursor=Math.min(t.end,Math.max(t.start,i)),this.window=zt(this.window,this.cursor,t)};#b=()=>{this.cursor=void 0,this.window=Be(this.message,this.#o,this.width)};#$=async()=>{if(this.ifRed){this.ifRed=void 0;return}try{this.ifRed=await this.hass.callWS({type:"marstek/plan/preview",tomorrow:"red",language:this.hass.language})}catch(e){this.failed(e)}};static{this.styles=[S,Zt]}};function Ze(s){let[e=0,t=0]=s.split(":").map(Number);return e*60+t}function Q(s){let e=t=>String(t).padStart(2,"0");return`${e(Math.floor(s/60))}:${e(s%60)}`}function nr(s,e){if(!/^\d\d:\d\d/.test(s))return null;let t=Ze(s);return e&&t===0?1439:t}function Xe({slot:s,days:e,start:t,end:r,power:n,enabled:i}){return{number:s,days:e,start:Ze(t),end:Ze(r),power:n,enabled:i}}function $e({number:s,days:e,start:t,end:r,power:n,enabled:i}){return{slot:s,days:e,start:Q(t),end:Q(r),power:n,enabled:i}}function Jr(s,e){return!s||!e?!s&&!e:JSON.stringify($e(s))===JSON.stringify($e(e))}function sr(s){let e=s.slots.filter(({is_owners:t})=>t).map(Xe);return new Map(e.map(t=>[t.number,t]))}function xe(s,e){return[...new Map([...sr(s),...e]).values()].filter(n=>n!==null).sort((n,i)=>n.number-i.number)}function we(s,e){let t=sr(s);return[...e].filter(([r,n])=>{let i=s.slots.find(({slot:o})=>o===r);return!Jr(t.get(r),n)||n!==null&&!!i?.doubt}).map(([r,n])=>({number:r,before:t.get(r),after:n})).sort((r,n)=>r.number-n.number)}function ee(s){return[0,1,2,3,4,5,6].filter(e=>s.days&1<<e)}function ir(s,e){return s.enabled&&e.enabled&&(s.days&e.days)!==0&&s.start<e.end&&e.start<s.end}function Je(s,e){let t=r=>e.some(({number:n})=>n===r.number);for(let r of s)if(!r.days&&t(r))return{key:"week_no_days",numbers:[r.number]};for(let[r,n]of s.entries())for(let i of s.slice(r+1))if((t(n)||t(i))&&ir(n,i))return{key:"week_overlap",numbers:[n.number,i.number]}}function rr({start:s,end:e}){return(e===1439?1440:e)-s}function Qe(s,e){let t=Math.min(Math.max(0,s.start+e),1440-rr(s));return{...s,start:t,end:Math.min(1439,t+rr(s))}}function te(s,e,t){return e==="start"?{...s,start:Math.min(Math.max(0,t),s.end-15)}:{...s,end:Math.min(Math.max(t,s.start+15),1439)}}function et(s,e){let t=e>=0?s.days<<e:s.days>>-e,r=n=>ee({...s,days:n}).length;return t<=127&&r(t)===r(s.days)?{...s,days:t}:s}function re(s){return Math.min(1439,Math.max(0,Math.round(s/15)*15))}function tt(s,e,t){let r=s.numbers.find(i=>!e.some(o=>o.number===i));if(r===void 0)return;let n=t??Qr(e);return n&&{number:r,...n,power:-Math.min(800,s.charge),enabled:!0}}function Qr(s){for(let e of[120,60])for(let t=0;t<24;t+=1){let r=(720+t*60)%1440,n={days:127,start:r,end:Math.min(1439,r+e)},i={...n,number:-1,power:0,enabled:!0};if(r+e<=1440&&!s.some(o=>ir(i,o)))return n}}function or(s,e){let[t,r]=s<e?[s,e]:[e,s];return 127>>6-(r-t)<<t}var U=17,en=13,tn=[0,4,8,12,16,20,24];function ne(s){return s<0?"charge":s>0?"discharge":"hold"}function ve(s){return s/60*U}function rt({start:s,end:e}){return Math.max(4,ve(e===1439?1440:e)-ve(s))}function rn(s){return s===0?"0":`${s<0?"▲":"▼"}${Math.abs(s)}`}function nn(s,e,t,r){let n=e===ee(s)[0],i=r.selected===s.number,o=["slot",ne(s.power)];s.enabled||o.push("off"),t?.doubt&&!r.changed.has(s.number)&&o.push("doubt"),r.changed.has(s.number)&&o.push("changed"),r.wrong.has(s.number)&&o.push("wrong"),i&&o.push("selected");let a=`top:${ve(s.start)}px;height:${rt(s)}px`,l=h`${rt(s)>=en?rn(s.power):u}
    ${i?h`<i class="edge" data-part="start"></i><i class="edge low" data-part="end"></i>`:u}`;return n?h`<button type="button" class=${o.join(" ")} style=${a} data-slot=${s.number}
    aria-label=${r.describe(s)} aria-pressed=${i?"true":"false"}
    @keydown=${r.onKey} @focus=${r.onFocus}>${l}</button>`:h`<span class=${o.join(" ")} style=${a} data-slot=${s.number} aria-hidden="true">${l}</span>`}function sn(s){return h`<span class="foreign" style="top:${ve(s.start)}px;height:${rt(s)}px" aria-hidden="true"></span>`}function ar(s){let{message:e,slots:t,format:r}=s,n=e.slots.filter(({is_owners:o})=>!o).map(Xe),i=o=>e.slots.find(a=>a.slot===o.number&&a.is_owners);return h`
    <span class="corner"></span>
    ${Array.from({length:7},(o,a)=>h`<span class="name" aria-hidden="true">${r.weekdayName(a)}</span>`)}
    <div class="hours" aria-hidden="true" style="height:${24*U}px">
      ${tn.map(o=>h`<span style="top:${o*U}px">${r.fullHour(o)}</span>`)}
    </div>
    ${Array.from({length:7},(o,a)=>h`
      <div class="day" data-day=${a} style="height:${24*U}px;--hour:${U}px">
        ${n.filter(({days:l})=>l&1<<a).map(sn)}
        ${t.filter(({days:l})=>l&1<<a).map(l=>nn(l,a,i(l),s))}
      </div>`)}`}var on=["charge","discharge","hold"],an=50,ln=800;function nt(s){return s.target.value}function lr(s,e,{charge:t,discharge:r}){if(s==="hold")return 0;let n=s==="charge"?t:r,i=Math.min(Math.max(1,Math.round(e||ln)),n);return s==="charge"?-i:i}function cr(s,e,t){let{slot:r,change:n}=s,i=o=>{let a=nr(nt(o),e==="end"),l=a===null?r:{...r,[e]:a};l.start<l.end?n(l):o.target.value=Q(r[e])};return h`<label>${t}
    <input type="time" step="60" .value=${Q(r[e])} @change=${i}></label>`}function dr(s){let{slot:e,message:t,texts:r,format:n,change:i,remove:o}=s,a=ne(e.power),l=a==="charge"?t.charge:t.discharge,c=d=>i({...e,power:lr(nt(d),Math.abs(e.power),t)}),m=d=>i({...e,power:lr(a,Number(nt(d)),t)});return h`<div class="form" role="group" aria-label="${r.week_slot} ${e.number}">
    <div class="days" role="group" aria-label=${r.week_days??""}>
      ${Array.from({length:7},(d,p)=>h`<button type="button" aria-pressed=${e.days&1<<p?"true":"false"}
        @click=${()=>i({...e,days:e.days^1<<p})}>${n.weekdayName(p)}</button>`)}
    </div>
    ${cr(s,"start",r.week_start)}${cr(s,"end",r.week_end)}
    <label>${r.week_action}
      <select .value=${a} @change=${c}>
        ${on.map(d=>h`<option value=${d} ?selected=${d===a}>${r[`action_${d}`]}</option>`)}
      </select></label>
    ${a==="hold"?u:h`<label>${r.power} (W)
      <input type="number" min="1" max=${l} step=${an} .value=${String(Math.abs(e.power))} @change=${m}></label>`}
    <label class="check"><input type="checkbox" .checked=${e.enabled}
      @change=${()=>i({...e,enabled:!e.enabled})}>${r.week_enabled}</label>
    <button type="button" class="remove" @click=${o}>${r.week_clear}</button>
  </div>`}var ur=w`
  .waiting { height: 591px; }
  .week { display: grid; grid-template-columns: 34px repeat(7, minmax(0, 1fr)); column-gap: 2px; user-select: none; -webkit-user-select: none; }
  .name { text-align: center; font-size: 0.75rem; padding-bottom: 10px; overflow: hidden; text-transform: capitalize; }
  .hours { position: relative; font-size: 0.6875rem; color: var(--secondary-text-color); }
  .hours span { position: absolute; right: 4px; transform: translateY(-50%); white-space: nowrap; }
  .day { position: relative; border-radius: 4px; background:
    repeating-linear-gradient(var(--divider-color) 0 1px, transparent 1px calc(var(--hour) * 4)),
    color-mix(in srgb, var(--secondary-text-color) 6%, transparent); }
  .slot { --kind: var(--charge); position: absolute; left: 0; right: 0; min-width: 0; min-height: 0; margin: 0; padding: 0; box-sizing: border-box; overflow: hidden;
    display: flex; align-items: center; justify-content: center; border: 1px solid var(--kind); border-left-width: 4px; border-radius: 4px;
    background: color-mix(in srgb, var(--kind) 32%, var(--ha-card-background, var(--card-background-color, #fff)));
    color: var(--primary-text-color); font-size: 0.6875rem; line-height: 1; cursor: grab; }
  button.slot[aria-pressed="true"] { background: color-mix(in srgb, var(--kind) 48%, var(--ha-card-background, var(--card-background-color, #fff)));
    border-color: var(--kind); color: var(--primary-text-color); }
  .slot.discharge { --kind: var(--discharge); }
  .slot.hold { --kind: var(--hold); }
  .slot.off { background: none; border-style: dotted; color: var(--secondary-text-color); }
  .slot.doubt { border-style: dashed; }
  .slot.changed { box-shadow: inset 0 0 0 1px var(--kind); }
  .slot.selected { z-index: 2; overflow: visible; outline: 2px solid var(--primary-color); touch-action: none; }
  .slot.wrong { outline: 2px solid var(--error-color, #c62828); }
  .foreign { position: absolute; left: 0; right: 0; border-radius: 4px; pointer-events: none; box-sizing: border-box; border: 1px dashed var(--secondary-text-color);
    background: repeating-linear-gradient(45deg, color-mix(in srgb, var(--secondary-text-color) 30%, transparent) 0 3px, transparent 3px 7px); }
  .edge { position: absolute; left: 0; right: 0; top: -9px; height: 14px; cursor: ns-resize; touch-action: none; }
  .edge::after { content: ""; position: absolute; left: calc(50% - 9px); width: 18px; height: 4px; top: 7px; border-radius: 2px; background: var(--primary-color); }
  .edge.low { top: auto; bottom: -9px; }
  .edge.low::after { top: 3px; }
  .form { display: flex; flex-wrap: wrap; gap: 10px 12px; align-items: end; margin-top: 14px; padding-top: 12px; border-top: 1px solid var(--divider-color); }
  .form label { display: flex; flex: 1 1 96px; min-width: 0; flex-direction: column; gap: 4px; font-size: 0.8125rem; }
  .form input, .form select { font: inherit; width: 100%; min-width: 0; box-sizing: border-box; min-height: 36px; padding: 4px 8px; border: 1px solid var(--divider-color);
    border-radius: 8px; color: inherit; background: var(--ha-card-background, var(--card-background-color)); color-scheme: light dark; }
  .form .check { flex: 0 1 auto; flex-direction: row; align-items: center; min-height: 36px; }
  .form .check input { width: 18px; min-height: 18px; margin: 0; }
  .days { display: flex; flex: 1 0 100%; gap: 4px; }
  .days button { flex: 1 1 0; min-width: 0; padding: 4px 0; font-size: 0.8125rem; text-transform: capitalize; }
  .days button[aria-pressed="true"] { background: var(--primary-color); border-color: var(--primary-color); color: var(--text-primary-color, #fff); }
  .bar { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 14px; }
  .bar .write:enabled { background: var(--primary-color); border-color: var(--primary-color); color: var(--text-primary-color, #fff); }
  .changes { margin: 12px 0 0; padding-left: 20px; font-size: 0.875rem; line-height: 1.5; }
  p { margin: 10px 0 0; font-size: 0.875rem; line-height: 1.4; }
  .problem { color: var(--error-color, #c62828); }
`;var dn=5,_e=class extends ${static{this.properties={...$.properties,edits:{state:!0},selected:{state:!0},isBusy:{state:!0},wrong:{state:!0},conflict:{state:!0},done:{state:!0}}}#e;#t=!1;constructor(){super(),this.edits=new Map,this.isBusy=!1}static getStubConfig(){return{}}static getConfigForm(){return k({name:"title",selector:{text:{}}},{name:"device_id",selector:{device:{integration:"marstek"}}})}getCardSize(){return 10}getGridOptions(){return{columns:"full",min_columns:6}}request(){let e=this.config?.device_id;return{type:"marstek/schedule",language:this.hass.language,...e?{device_id:e}:{}}}get zone(){return this.hass?.config?.time_zone}willUpdate(e){super.willUpdate(e);let{message:t}=this;if(!e.has("message")||!t?.battery)return;let r=new Set(we(t,this.edits).map(({number:n})=>n));this.edits=new Map([...this.edits].filter(([n])=>r.has(n)))}updated(e){super.updated(e),this.#t&&this.renderRoot.querySelector(`button[data-slot="${this.selected}"]`)?.focus(),this.#t=!1}body(e){let{message:t,edits:r}=this;if(!t)return this.waiting();if(!t.battery)return h`<p class="quiet">${e.no_data}</p>`;let n=xe(t,r),i=we(t,r),o=Je(n,i),a=n.find(({number:c})=>c===this.selected),l=t.may_write&&!t.is_backup&&!this.isBusy;return h`
      <div class="week" @pointerdown=${l?this.#f:u} @pointermove=${this.#g} @pointerup=${this.#y} @pointercancel=${this.#b}>
        ${ar({message:t,slots:n,format:this.format,changed:new Set(i.map(({number:c})=>c)),wrong:new Set(o?.numbers),selected:this.selected,describe:c=>`${e.week_slot} ${c.number}: ${this.#i(c,e)}`,onKey:l?this.#m:()=>{},onFocus:this.#h})}
      </div>
      ${a&&l?dr({slot:a,message:t,texts:e,format:this.format,change:this.#n,remove:()=>this.#c(a.number)}):u}
      ${t.may_write&&!t.is_backup?this.#s(t,n,i,e):u}
      <p class="quiet">${t.is_backup?e.week_backup:e.week_note}</p>`}#s(e,t,r,n){let i=Je(t,r),o=tt(e,t,void 0),a=r.length;return h`
      ${a>0?h`<ul class="changes">${r.map(l=>h`<li>${this.#r(l,n)}</li>`)}</ul>
        <p>${M(n,a===1?"week_cost_one":"week_cost",{count:String(a)})}</p>`:u}
      ${i?h`<p class="problem" role="alert">${M(n,i.key,{slots:i.numbers.join(", ")})}</p>`:u}
      ${this.conflict?h`<p class="problem" role="alert">${M(n,"week_against_plan",{reason:this.conflict})}</p>`:u}
      ${this.wrong?h`<p class="problem" role="alert">${this.wrong}</p>`:u}
      <div class="bar">
        <button type="button" ?disabled=${!o||this.isBusy} @click=${()=>o&&this.#o(o)}>${n.week_add}</button>
        <button type="button" class="write" ?disabled=${a===0||!!i||this.isBusy} @click=${this.#d}>
          ${this.conflict?n.week_despite:n.week_write}</button>
        ${a>0?h`<button type="button" ?disabled=${this.isBusy} @click=${this.#l}>${n.week_discard}</button>`:u}
      </div>
      <p class="quiet" aria-live="polite">${this.isBusy?n.week_busy:this.done!==void 0&&a===0?M(n,"week_done",{time:this.format.time(this.done)}):e.slots.find(({slot:l,doubt:c})=>c&&l===this.selected)?.doubt??n.week_help}</p>`}#r({number:e,before:t,after:r},n){let i={slot:String(e),now:r?this.#i(r,n):"",before:t?this.#i(t,n):""};return M(n,r===null?"week_cleared":t?"week_changed":"week_new",i)}#i(e,t){let{format:r}=this,n=ee(e),i=n[0]??0,o=n.length>2&&n.every((m,d)=>m===i+d),a=e.days===127?t.week_daily:o?`${r.weekdayName(i)}–${r.weekdayName(n.at(-1))}`:n.map(m=>r.weekdayName(m)).join(", "),l=`${r.clock(e.start)}–${r.clock(e.end===1439?1440:e.end)}`,c=e.power?` ${r.watts(Math.abs(e.power))}`:"";return`${a} ${l}, ${t[`action_${ne(e.power)}`]}${c}${e.enabled?"":` (${t.week_off})`}`}#n=e=>{this.edits=new Map([...this.edits,[e.number,e]]),this.#a()};#a(){this.wrong=void 0,this.conflict=void 0,this.done=void 0}#o(e){this.#n(e),this.selected=e.number}#c(e){let t=!this.message.slots.some(({slot:n,is_owners:i})=>n===e&&i),r=new Map([...this.edits,[e,null]]);t&&r.delete(e),this.edits=r,this.selected=void 0,this.#a()}#l=()=>{this.edits=new Map,this.selected=void 0,this.#a()};#d=async()=>{let{hass:e,message:t,config:r}=this,n=we(t,this.edits),i=this.conflict!==void 0;this.isBusy=!0,this.#a();try{await e.callWS({type:"marstek/schedule/write",language:e.language,...r?.device_id?{device_id:r.device_id}:{},write:n.flatMap(({after:o})=>o?[$e(o)]:[]),clear:n.flatMap(({number:o,after:a})=>a?[]:[o]),despite_plan:i}),this.done=Date.now()/1e3,this.selected=void 0}catch(o){o.code==="against_plan"?this.conflict=N(o):this.wrong=N(o)}finally{this.isBusy=!1}};#u(e){return xe(this.message,this.edits).find(t=>t.number===e)}#h=e=>{this.selected=Number(e.currentTarget.dataset.slot)};#m=e=>{let t=this.#u(Number(e.currentTarget.dataset.slot));if(!t)return;this.#t=!0;let r=e.key==="ArrowUp"?-15:e.key==="ArrowDown"?15:0,n=e.key==="ArrowLeft"?-1:e.key==="ArrowRight"?1:0;if(r&&e.shiftKey)this.#n(te(t,"end",re(t.end+r)));else if(r)this.#n(Qe(t,r));else if(n)this.#n(et(t,n));else if(e.key==="Delete"||e.key==="Backspace")this.#c(t.number);else if(e.key==="Escape")this.selected=void 0;else return;e.preventDefault()};#p(e){let t=[...this.renderRoot.querySelectorAll(".day")].map(n=>n.getBoundingClientRect()),r=t.findIndex(({right:n})=>e.clientX<n);return{day:r<0?6:r,minute:(e.clientY-t[0].top)/U*60}}#f=e=>{if(e.button!==0||!(e.target instanceof Element))return;let t=e.target.closest("[data-slot]"),r=e.target.dataset.part,n={...this.#p(e),x:e.clientX,y:e.clientY,hasMoved:!1};if(t){let i=this.#u(Number(t.dataset.slot)),o=i?.number===this.selected;i&&(o||e.pointerType==="mouse")&&(this.#e={part:r??"body",slot:i,...n}),this.selected=i?.number}else if(e.target.closest(".day")){if(this.selected=void 0,e.pointerType!=="mouse")return;let i=Math.floor(n.minute/15)*15,o={days:1<<n.day,start:i,end:Math.min(1439,i+15)},a=tt(this.message,xe(this.message,this.edits),o);a&&(this.#e={part:"new",slot:a,...n})}this.#e&&e.currentTarget.setPointerCapture(e.pointerId)};#g=e=>{let t=this.#e;if(!t||!t.hasMoved&&Math.hypot(e.clientX-t.x,e.clientY-t.y)<dn)return;t.hasMoved=!0;let{day:r,minute:n}=this.#p(e),i=re(t.slot.start+n-t.minute)-t.slot.start;if(t.part==="new"){let o=re(n),a=o>=t.slot.start?te(t.slot,"end",o):te(t.slot,"start",o);this.#n({...a,days:or(t.day,r)}),this.selected=a.number}else t.part==="body"?this.#n(et(Qe(t.slot,i),r-t.day)):this.#n(te(t.slot,t.part,re(n)))};#y=()=>{this.#e=void 0};#b=()=>{let e=this.#e;this.#e=void 0,e?.hasMoved&&e.part!=="new"&&this.#n(e.slot)};static{this.styles=[S,ur]}};function st(s){let t=document.querySelector("home-assistant")?.hass?.language??document.documentElement.lang;return(y[t.split("-")[0]??""]??y.en)[s]??s}var un={flow:pe,timeline:be,season:fe,records:me,week:_e},hn={flow:/^(soc|battery_power|commanded_by|total_power|total_soc)$/,timeline:/^(plan_state|plan_reason|next_action|next_action_at|plan)$/,week:/^schedule$/,season:/^colour_(today|tomorrow)$|_days(_left)?$/};function pn(s,e,t){let r=e.entities?.[t];return r?.platform!=="marstek"||!hn[s]?.test(r.translation_key??"")?null:{config:{type:`custom:marstek-${s}-card`},label:st(s)}}var hr=window;hr.customCards??=[];for(let[s,e]of Object.entries(un)){let t=`marstek-${s}-card`;customElements.get(t)||(customElements.define(t,e),hr.customCards.push({type:t,preview:!0,getEntitySuggestion:(r,n)=>pn(s,r,n),get name(){return st(s)},get description(){return st(`${s}_description`)}}))}
