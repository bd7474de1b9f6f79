var $={de:{flow:"Marstek Leistungsfluss",flow_description:"Netz, Haus, Sonne und Batterien mit ihrer Leistung jetzt",timeline:"Marstek Zeitachse",timeline_description:"Was der Plan tat und tun wird, mit Preisen und Ladestand",season:"Marstek Tempo-Saison",season_description:"Die Farben einer Tempo-Saison auf einer Seite",records:"Marstek Export und Bericht",records_description:"Lädt Messwerte, Planschritte und Ersparnis herunter, oder einen Bericht"},en:{flow:"Marstek power flow",flow_description:"Grid, house, sun and batteries with their power now",timeline:"Marstek timeline",timeline_description:"What the plan did and will do, with prices and state of charge",season:"Marstek Tempo season",season_description:"The colours of a Tempo season on one page",records:"Marstek export and report",records_description:"Downloads measurements, plan steps and savings, or a report"},fr:{flow:"Flux de puissance Marstek",flow_description:"Réseau, maison, soleil et batteries avec leur puissance actuelle",timeline:"Chronologie Marstek",timeline_description:"Ce que le plan a fait et fera, avec les prix et l’état de charge",season:"Saison Tempo Marstek",season_description:"Les couleurs d’une saison Tempo sur une page",records:"Export et rapport Marstek",records_description:"Télécharge mesures, étapes du plan et économies, ou un rapport"},nl:{flow:"Marstek vermogensstroom",flow_description:"Net, huis, zon en batterijen met hun vermogen nu",timeline:"Marstek tijdlijn",timeline_description:"Wat het plan deed en zal doen, met prijzen en laadtoestand",season:"Marstek Tempo-seizoen",season_description:"De kleuren van een Tempo-seizoen op één pagina",records:"Marstek export en rapport",records_description:"Downloadt metingen, planstappen en besparing, of een rapport"}};var q=globalThis,Z=q.ShadowRoot&&(q.ShadyCSS===void 0||q.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,ae=Symbol(),De=new WeakMap,W=class{constructor(e,t,r){if(this._$cssResult$=!0,r!==ae)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=e,this.t=t}get styleSheet(){let e=this.o,t=this.t;if(Z&&e===void 0){let r=t!==void 0&&t.length===1;r&&(e=De.get(t)),e===void 0&&((this.o=e=new CSSStyleSheet).replaceSync(this.cssText),r&&De.set(t,e))}return e}toString(){return this.cssText}},Le=n=>new W(typeof n=="string"?n:n+"",void 0,ae),_=(n,...e)=>{let t=n.length===1?n[0]:e.reduce((r,s,i)=>r+(o=>{if(o._$cssResult$===!0)return o.cssText;if(typeof o=="number")return o;throw Error("Value passed to 'css' function must be a 'css' function result: "+o+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(s)+n[i+1],n[0]);return new W(t,n,ae)},Ue=(n,e)=>{if(Z)n.adoptedStyleSheets=e.map(t=>t instanceof CSSStyleSheet?t:t.styleSheet);else for(let t of e){let r=document.createElement("style"),s=q.litNonce;s!==void 0&&r.setAttribute("nonce",s),r.textContent=t.cssText,n.appendChild(r)}},le=Z?n=>n:n=>n instanceof CSSStyleSheet?(e=>{let t="";for(let r of e.cssRules)t+=r.cssText;return Le(t)})(n):n;var{is:Rt,defineProperty:Ot,getOwnPropertyDescriptor:Dt,getOwnPropertyNames:Lt,getOwnPropertySymbols:Ut,getPrototypeOf:Ht}=Object,K=globalThis,He=K.trustedTypes,Wt=He?He.emptyScript:"",Ft=K.reactiveElementPolyfillSupport,F=(n,e)=>n,ce={toAttribute(n,e){switch(e){case Boolean:n=n?Wt:null;break;case Object:case Array:n=n==null?n:JSON.stringify(n)}return n},fromAttribute(n,e){let t=n;switch(e){case Boolean:t=n!==null;break;case Number:t=n===null?null:Number(n);break;case Object:case Array:try{t=JSON.parse(n)}catch{t=null}}return t}},Fe=(n,e)=>!Rt(n,e),We={attribute:!0,type:String,converter:ce,reflect:!1,useDefault:!1,hasChanged:Fe};Symbol.metadata??=Symbol("metadata"),K.litPropertyMetadata??=new WeakMap;var k=class extends HTMLElement{static addInitializer(e){this._$Ei(),(this.l??=[]).push(e)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(e,t=We){if(t.state&&(t.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(e)&&((t=Object.create(t)).wrapped=!0),this.elementProperties.set(e,t),!t.noAccessor){let r=Symbol(),s=this.getPropertyDescriptor(e,r,t);s!==void 0&&Ot(this.prototype,e,s)}}static getPropertyDescriptor(e,t,r){let{get:s,set:i}=Dt(this.prototype,e)??{get(){return this[t]},set(o){this[t]=o}};return{get:s,set(o){let l=s?.call(this);i?.call(this,o),this.requestUpdate(e,l,r)},configurable:!0,enumerable:!0}}static getPropertyOptions(e){return this.elementProperties.get(e)??We}static _$Ei(){if(this.hasOwnProperty(F("elementProperties")))return;let e=Ht(this);e.finalize(),e.l!==void 0&&(this.l=[...e.l]),this.elementProperties=new Map(e.elementProperties)}static finalize(){if(this.hasOwnProperty(F("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(F("properties"))){let t=this.properties,r=[...Lt(t),...Ut(t)];for(let s of r)this.createProperty(s,t[s])}let e=this[Symbol.metadata];if(e!==null){let t=litPropertyMetadata.get(e);if(t!==void 0)for(let[r,s]of t)this.elementProperties.set(r,s)}this._$Eh=new Map;for(let[t,r]of this.elementProperties){let s=this._$Eu(t,r);s!==void 0&&this._$Eh.set(s,t)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(e){let t=[];if(Array.isArray(e)){let r=new Set(e.flat(1/0).reverse());for(let s of r)t.unshift(le(s))}else e!==void 0&&t.push(le(e));return t}static _$Eu(e,t){let r=t.attribute;return r===!1?void 0:typeof r=="string"?r:typeof e=="string"?e.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(e=>this.enableUpdating=e),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(e=>e(this))}addController(e){(this._$EO??=new Set).add(e),this.renderRoot!==void 0&&this.isConnected&&e.hostConnected?.()}removeController(e){this._$EO?.delete(e)}_$E_(){let e=new Map,t=this.constructor.elementProperties;for(let r of t.keys())this.hasOwnProperty(r)&&(e.set(r,this[r]),delete this[r]);e.size>0&&(this._$Ep=e)}createRenderRoot(){let e=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return Ue(e,this.constructor.elementStyles),e}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(e=>e.hostConnected?.())}enableUpdating(e){}disconnectedCallback(){this._$EO?.forEach(e=>e.hostDisconnected?.())}attributeChangedCallback(e,t,r){this._$AK(e,r)}_$ET(e,t){let r=this.constructor.elementProperties.get(e),s=this.constructor._$Eu(e,r);if(s!==void 0&&r.reflect===!0){let i=(r.converter?.toAttribute!==void 0?r.converter:ce).toAttribute(t,r.type);this._$Em=e,i==null?this.removeAttribute(s):this.setAttribute(s,i),this._$Em=null}}_$AK(e,t){let r=this.constructor,s=r._$Eh.get(e);if(s!==void 0&&this._$Em!==s){let i=r.getPropertyOptions(s),o=typeof i.converter=="function"?{fromAttribute:i.converter}:i.converter?.fromAttribute!==void 0?i.converter:ce;this._$Em=s;let l=o.fromAttribute(t,i.type);this[s]=l??this._$Ej?.get(s)??l,this._$Em=null}}requestUpdate(e,t,r,s=!1,i){if(e!==void 0){let o=this.constructor;if(s===!1&&(i=this[e]),r??=o.getPropertyOptions(e),!((r.hasChanged??Fe)(i,t)||r.useDefault&&r.reflect&&i===this._$Ej?.get(e)&&!this.hasAttribute(o._$Eu(e,r))))return;this.C(e,t,r)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(e,t,{useDefault:r,reflect:s,wrapped:i},o){r&&!(this._$Ej??=new Map).has(e)&&(this._$Ej.set(e,o??t??this[e]),i!==!0||o!==void 0)||(this._$AL.has(e)||(this.hasUpdated||r||(t=void 0),this._$AL.set(e,t)),s===!0&&this._$Em!==e&&(this._$Eq??=new Set).add(e))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(t){Promise.reject(t)}let e=this.scheduleUpdate();return e!=null&&await e,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[s,i]of this._$Ep)this[s]=i;this._$Ep=void 0}let r=this.constructor.elementProperties;if(r.size>0)for(let[s,i]of r){let{wrapped:o}=i,l=this[s];o!==!0||this._$AL.has(s)||l===void 0||this.C(s,void 0,i,l)}}let e=!1,t=this._$AL;try{e=this.shouldUpdate(t),e?(this.willUpdate(t),this._$EO?.forEach(r=>r.hostUpdate?.()),this.update(t)):this._$EM()}catch(r){throw e=!1,this._$EM(),r}e&&this._$AE(t)}willUpdate(e){}_$AE(e){this._$EO?.forEach(t=>t.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(e)),this.updated(e)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(e){return!0}update(e){this._$Eq&&=this._$Eq.forEach(t=>this._$ET(t,this[t])),this._$EM()}updated(e){}firstUpdated(e){}};k.elementStyles=[],k.shadowRootOptions={mode:"open"},k[F("elementProperties")]=new Map,k[F("finalized")]=new Map,Ft?.({ReactiveElement:k}),(K.reactiveElementVersions??=[]).push("2.1.2");var ge=globalThis,Ie=n=>n,X=ge.trustedTypes,Ne=X?X.createPolicy("lit-html",{createHTML:n=>n}):void 0,qe="$lit$",A=`lit$${Math.random().toFixed(9).slice(2)}$`,Ze="?"+A,It=`<${Ze}>`,C=document,N=()=>C.createComment(""),z=n=>n===null||typeof n!="object"&&typeof n!="function",ye=Array.isArray,Nt=n=>ye(n)||typeof n?.[Symbol.iterator]=="function",de=`[ 	
\f\r]`,I=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,ze=/-->/g,Ve=/>/g,T=RegExp(`>|${de}(?:([^\\s"'>=/]+)(${de}*=${de}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),je=/'/g,Be=/"/g,Ke=/^(?:script|style|textarea|title)$/i,$e=n=>(e,...t)=>({_$litType$:n,strings:e,values:t}),m=$e(1),f=$e(2),_r=$e(3),R=Symbol.for("lit-noChange"),h=Symbol.for("lit-nothing"),Ge=new WeakMap,P=C.createTreeWalker(C,129);function Xe(n,e){if(!ye(n)||!n.hasOwnProperty("raw"))throw Error("invalid template strings array");return Ne!==void 0?Ne.createHTML(e):e}var zt=(n,e)=>{let t=n.length-1,r=[],s,i=e===2?"<svg>":e===3?"<math>":"",o=I;for(let l=0;l<t;l++){let a=n[l],c,u,d=-1,p=0;for(;p<a.length&&(o.lastIndex=p,u=o.exec(a),u!==null);)p=o.lastIndex,o===I?u[1]==="!--"?o=ze:u[1]!==void 0?o=Ve:u[2]!==void 0?(Ke.test(u[2])&&(s=RegExp("</"+u[2],"g")),o=T):u[3]!==void 0&&(o=T):o===T?u[0]===">"?(o=s??I,d=-1):u[1]===void 0?d=-2:(d=o.lastIndex-u[2].length,c=u[1],o=u[3]===void 0?T:u[3]==='"'?Be:je):o===Be||o===je?o=T:o===ze||o===Ve?o=I:(o=T,s=void 0);let g=o===T&&n[l+1].startsWith("/>")?" ":"";i+=o===I?a+It:d>=0?(r.push(c),a.slice(0,d)+qe+a.slice(d)+A+g):a+A+(d===-2?l:g)}return[Xe(n,i+(n[t]||"<?>")+(e===2?"</svg>":e===3?"</math>":"")),r]},V=class n{constructor({strings:e,_$litType$:t},r){let s;this.parts=[];let i=0,o=0,l=e.length-1,a=this.parts,[c,u]=zt(e,t);if(this.el=n.createElement(c,r),P.currentNode=this.el.content,t===2||t===3){let d=this.el.content.firstChild;d.replaceWith(...d.childNodes)}for(;(s=P.nextNode())!==null&&a.length<l;){if(s.nodeType===1){if(s.hasAttributes())for(let d of s.getAttributeNames())if(d.endsWith(qe)){let p=u[o++],g=s.getAttribute(d).split(A),y=/([.?@])?(.*)/.exec(p);a.push({type:1,index:i,name:y[2],strings:g,ctor:y[1]==="."?ue:y[1]==="?"?pe:y[1]==="@"?me:L}),s.removeAttribute(d)}else d.startsWith(A)&&(a.push({type:6,index:i}),s.removeAttribute(d));if(Ke.test(s.tagName)){let d=s.textContent.split(A),p=d.length-1;if(p>0){s.textContent=X?X.emptyScript:"";for(let g=0;g<p;g++)s.append(d[g],N()),P.nextNode(),a.push({type:2,index:++i});s.append(d[p],N())}}}else if(s.nodeType===8)if(s.data===Ze)a.push({type:2,index:i});else{let d=-1;for(;(d=s.data.indexOf(A,d+1))!==-1;)a.push({type:7,index:i}),d+=A.length-1}i++}}static createElement(e,t){let r=C.createElement("template");return r.innerHTML=e,r}};function D(n,e,t=n,r){if(e===R)return e;let s=r!==void 0?t._$Co?.[r]:t._$Cl,i=z(e)?void 0:e._$litDirective$;return s?.constructor!==i&&(s?._$AO?.(!1),i===void 0?s=void 0:(s=new i(n),s._$AT(n,t,r)),r!==void 0?(t._$Co??=[])[r]=s:t._$Cl=s),s!==void 0&&(e=D(n,s._$AS(n,e.values),s,r)),e}var he=class{constructor(e,t){this._$AV=[],this._$AN=void 0,this._$AD=e,this._$AM=t}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(e){let{el:{content:t},parts:r}=this._$AD,s=(e?.creationScope??C).importNode(t,!0);P.currentNode=s;let i=P.nextNode(),o=0,l=0,a=r[0];for(;a!==void 0;){if(o===a.index){let c;a.type===2?c=new j(i,i.nextSibling,this,e):a.type===1?c=new a.ctor(i,a.name,a.strings,this,e):a.type===6&&(c=new fe(i,this,e)),this._$AV.push(c),a=r[++l]}o!==a?.index&&(i=P.nextNode(),o++)}return P.currentNode=C,s}p(e){let t=0;for(let r of this._$AV)r!==void 0&&(r.strings!==void 0?(r._$AI(e,r,t),t+=r.strings.length-2):r._$AI(e[t])),t++}},j=class n{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(e,t,r,s){this.type=2,this._$AH=h,this._$AN=void 0,this._$AA=e,this._$AB=t,this._$AM=r,this.options=s,this._$Cv=s?.isConnected??!0}get parentNode(){let e=this._$AA.parentNode,t=this._$AM;return t!==void 0&&e?.nodeType===11&&(e=t.parentNode),e}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(e,t=this){e=D(this,e,t),z(e)?e===h||e==null||e===""?(this._$AH!==h&&this._$AR(),this._$AH=h):e!==this._$AH&&e!==R&&this._(e):e._$litType$!==void 0?this.$(e):e.nodeType!==void 0?this.T(e):Nt(e)?this.k(e):this._(e)}O(e){return this._$AA.parentNode.insertBefore(e,this._$AB)}T(e){this._$AH!==e&&(this._$AR(),this._$AH=this.O(e))}_(e){this._$AH!==h&&z(this._$AH)?this._$AA.nextSibling.data=e:this.T(C.createTextNode(e)),this._$AH=e}$(e){let{values:t,_$litType$:r}=e,s=typeof r=="number"?this._$AC(e):(r.el===void 0&&(r.el=V.createElement(Xe(r.h,r.h[0]),this.options)),r);if(this._$AH?._$AD===s)this._$AH.p(t);else{let i=new he(s,this),o=i.u(this.options);i.p(t),this.T(o),this._$AH=i}}_$AC(e){let t=Ge.get(e.strings);return t===void 0&&Ge.set(e.strings,t=new V(e)),t}k(e){ye(this._$AH)||(this._$AH=[],this._$AR());let t=this._$AH,r,s=0;for(let i of e)s===t.length?t.push(r=new n(this.O(N()),this.O(N()),this,this.options)):r=t[s],r._$AI(i),s++;s<t.length&&(this._$AR(r&&r._$AB.nextSibling,s),t.length=s)}_$AR(e=this._$AA.nextSibling,t){for(this._$AP?.(!1,!0,t);e!==this._$AB;){let r=Ie(e).nextSibling;Ie(e).remove(),e=r}}setConnected(e){this._$AM===void 0&&(this._$Cv=e,this._$AP?.(e))}},L=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(e,t,r,s,i){this.type=1,this._$AH=h,this._$AN=void 0,this.element=e,this.name=t,this._$AM=s,this.options=i,r.length>2||r[0]!==""||r[1]!==""?(this._$AH=Array(r.length-1).fill(new String),this.strings=r):this._$AH=h}_$AI(e,t=this,r,s){let i=this.strings,o=!1;if(i===void 0)e=D(this,e,t,0),o=!z(e)||e!==this._$AH&&e!==R,o&&(this._$AH=e);else{let l=e,a,c;for(e=i[0],a=0;a<i.length-1;a++)c=D(this,l[r+a],t,a),c===R&&(c=this._$AH[a]),o||=!z(c)||c!==this._$AH[a],c===h?e=h:e!==h&&(e+=(c??"")+i[a+1]),this._$AH[a]=c}o&&!s&&this.j(e)}j(e){e===h?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,e??"")}},ue=class extends L{constructor(){super(...arguments),this.type=3}j(e){this.element[this.name]=e===h?void 0:e}},pe=class extends L{constructor(){super(...arguments),this.type=4}j(e){this.element.toggleAttribute(this.name,!!e&&e!==h)}},me=class extends L{constructor(e,t,r,s,i){super(e,t,r,s,i),this.type=5}_$AI(e,t=this){if((e=D(this,e,t,0)??h)===R)return;let r=this._$AH,s=e===h&&r!==h||e.capture!==r.capture||e.once!==r.once||e.passive!==r.passive,i=e!==h&&(r===h||s);s&&this.element.removeEventListener(this.name,this,r),i&&this.element.addEventListener(this.name,this,e),this._$AH=e}handleEvent(e){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,e):this._$AH.handleEvent(e)}},fe=class{constructor(e,t,r){this.element=e,this.type=6,this._$AN=void 0,this._$AM=t,this.options=r}get _$AU(){return this._$AM._$AU}_$AI(e){D(this,e)}};var Vt=ge.litHtmlPolyfillSupport;Vt?.(V,j),(ge.litHtmlVersions??=[]).push("3.3.3");var Ye=(n,e,t)=>{let r=t?.renderBefore??e,s=r._$litPart$;if(s===void 0){let i=t?.renderBefore??null;r._$litPart$=s=new j(e.insertBefore(N(),i),i,void 0,t??{})}return s._$AI(n),s};var be=globalThis,E=class extends k{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let e=super.createRenderRoot();return this.renderOptions.renderBefore??=e.firstChild,e}update(e){let t=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(e),this._$Do=Ye(t,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return R}};E._$litElement$=!0,E.finalized=!0,be.litElementHydrateSupport?.({LitElement:E});var jt=be.litElementPolyfillSupport;jt?.({LitElement:E});(be.litElementVersions??=[]).push("4.2.2");var Y=class{#r;#e;#s;#t;#n;#i;#a;constructor(e,t,r){this.language=e,this.zone=t;let s=r===void 0?{}:{hour12:r},i=l=>new Intl.DateTimeFormat(e,{timeZone:t,...l});this.#r=i({hour:"2-digit",minute:"2-digit",...s});let o=this.#r.resolvedOptions().hour12===!0;this.#e=o?i({hour:"numeric",hour12:!0}):this.#r,this.#s=i({weekday:"short",day:"numeric",month:"short"}),this.#t=new Intl.DateTimeFormat(e,{timeZone:"UTC",dateStyle:"full"}),this.#n=new Intl.DateTimeFormat(e,{timeZone:"UTC",month:"long",year:"numeric"}),this.#i=new Intl.DateTimeFormat(e,{timeZone:"UTC",weekday:"narrow"}),this.#a=new Intl.DateTimeFormat("en-GB",{timeZone:t,hour:"2-digit",minute:"2-digit",hourCycle:"h23"})}time(e){return this.#r.format(e*1e3)}hourLabel(e){return this.#e.format(e*1e3)}day(e){return this.#s.format(e*1e3)}hour(e){let[t=0,r=0]=this.#a.format(e*1e3).split(":").map(Number);return t+r/60}date(e){return this.#t.format(Date.parse(`${e}T00:00:00Z`))}month(e){return this.#n.format(Date.parse(`${e}T00:00:00Z`))}weekday(e){return this.#i.format(Date.UTC(2024,0,1+e))}number(e,t){return e.toLocaleString(this.language,{minimumFractionDigits:t,maximumFractionDigits:t})}watts(e){let t=Math.abs(e);return t>=1e3?`${this.number(e/1e3,t>=1e4?1:2)} kW`:`${this.number(e,0)} W`}percent(e){return`${this.number(e,0)} %`}price(e,t){return`${this.number(e,4)} ${t}/kWh`}money(e,t){return e.toLocaleString(this.language,{style:"currency",currency:t})}};var xe=new Map;function Bt(n){let e=xe.get(n.language);if(e)return e;let t=n.callWS({type:"marstek/dashboard/texts",language:n.language});return xe.set(n.language,t),t.catch(()=>xe.delete(n.language)),t}function ve(n){let{message:e,code:t}=n??{};return e??t??String(n)}var M=_`
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
`,x=class extends E{static{this.properties={hass:{attribute:!1},config:{state:!0},message:{state:!0},texts:{state:!0},problem:{state:!0}}}#r;#e;#s;setConfig(e){this.config=e}get format(){let{language:e,locale:t,config:r}=this.hass,s=this.zone??r?.time_zone??"UTC",i=t?.language??e;if(this.#r?.language!==i||this.#r.zone!==s){let o=t?.time_format;this.#r=new Y(i,s,o==="12"?!0:o==="24"?!1:void 0)}return this.#r}get zone(){}connectedCallback(){super.connectedCallback(),this.#n()}disconnectedCallback(){super.disconnectedCallback(),this.#t()}shouldUpdate(e){if(e.size>1||!e.has("hass"))return!0;let t=e.get("hass");return!t||t.language!==this.hass?.language||this.concerns(t)}concerns(e){return e.locale!==this.hass?.locale}willUpdate(e){e.size>0&&this.#n()}#t(){let e=this.#e;this.#e=void 0,this.#s=void 0,e?.then(t=>t()).catch(()=>{})}#n(){let{hass:e}=this;if(!e||!this.config||!this.isConnected)return;let t=this.request(),r=JSON.stringify([e.language,t]);this.#s!==r&&(this.#t(),this.#s=r,Bt(e).then(s=>{this.texts=s}).catch(s=>this.failed(s)),t&&(this.#e=e.connection.subscribeMessage(s=>{this.problem=void 0,this.message=s},t),this.#e.catch(s=>this.failed(s))))}failed(e){this.problem=ve(e)}render(){let e=this.config?.title,t=this.problem?m`<p role="alert">${this.problem}</p>`:this.texts&&this.hass?this.body(this.texts):m`<div class="loading" aria-busy="true"></div>`;return m`<ha-card>${e?m`<h2>${e}</h2>`:null}${t}</ha-card>`}};function B(n){if(!n||n.state.trim()==="")return null;let e=Number(n.state);return Number.isFinite(e)?n.attributes.unit_of_measurement==="kW"?e*1e3:e:null}function Je(n){let e=B(n);return e===null?null:Math.min(100,Math.max(0,e))}function Qe(n,e){return n!==void 0&&e-Date.parse(n.last_updated)<=3e5}function et(n,e,t){let r=[n,...e,...t];return r.some(s=>s===null)?null:Math.max(0,r.reduce((s,i)=>s+i,0))}var U=360,J=3,Gt=118,qt=150;function tt(n,e){return Array.from({length:n},(t,r)=>{let s=Math.floor(r/J),i=Math.min(J,n-s*J);return{x:U/2+(r%J-(i-1)/2)*Gt,y:e+s*qt}})}function rt(n){return 1.5+Math.min(4.5,Math.abs(n)/700)}function st(n){return Math.max(.8,4-Math.abs(n)/800)}function Q(n,e){let t=[...n];return t.length<=e?n:`${t.slice(0,e-1).join("")}…`}var v=34,nt=2*Math.PI*v,_e=40,Zt=-68,Se=16,Kt={grid:"M8.28,5.45L6.5,4.55L7.76,2H16.23L17.5,4.55L15.72,5.44L15,4H9L8.28,5.45M18.62,8H14.09L13.3,5H10.7L9.91,8H5.38L4.1,10.55L5.89,11.44L6.62,10H17.38L18.1,11.45L19.89,10.56L18.62,8M17.77,22H15.7L15.46,21.1L12,15.9L8.53,21.1L8.3,22H6.23L9.12,11H11.19L10.83,12.35L12,14.1L13.16,12.35L12.81,11H14.88L17.77,22M11.4,15L10.5,13.65L9.32,18.13L11.4,15M14.68,18.12L13.5,13.64L12.6,15L14.68,18.12Z",house:"M10,20V14H14V20H19V12H22L12,3L2,12H5V20H10Z",solar:"M12,7A5,5 0 0,1 17,12A5,5 0 0,1 12,17A5,5 0 0,1 7,12A5,5 0 0,1 12,7M11,1H13V5H11V1M11,19H13V23H11V19M1,11H5V13H1V11M19,11H23V13H19V11M4.2,5.6L5.6,4.2L8.5,7L7,8.5L4.2,5.6M15.5,17L17,15.5L19.8,18.4L18.4,19.8L15.5,17M4.2,18.4L7,15.5L8.5,17L5.6,19.8L4.2,18.4M15.5,7L18.4,4.2L19.8,5.6L17,8.5L15.5,7Z"},ee=class extends x{static{this.properties={...x.properties,found:{state:!0}}}#r=!1;static getStubConfig(){return{}}static getConfigForm(){return{schema:[{name:"title",selector:{text:{}}},{name:"grid",selector:{entity:{domain:"sensor",device_class:"power"}}},{name:"solar",selector:{entity:{domain:"sensor",device_class:"power",multiple:!0}}}]}}setConfig(e){let{batteries:t}=e;if(t!==void 0&&!Array.isArray(t))throw new Error("batteries: [{ name, soc, power }]");super.setConfig(e)}getCardSize(){return 5}getGridOptions(){return{columns:12,min_columns:6}}request(){}concerns(e){return super.concerns(e)||this.#s().some(t=>e.states[t]!==this.hass?.states[t])}updated(){this.#r||!this.hass||!this.config||this.config.batteries||(this.#r=!0,this.hass.callWS({type:"marstek/dashboard/flow"}).then(e=>{this.found=e}).catch(e=>this.failed(e)))}get#e(){let{grid:e,solar:t,batteries:r}=this.config??{};return{...this.found,...e?{grid:e}:{},...t?{solar:[].concat(t)}:{},...r?{batteries:r}:{}}}#s(){let{grid:e,solar:t=[],batteries:r=[],meter:s}=this.#e,i=r.flatMap(({soc:o,power:l,commanded_by:a})=>[o,l,a]);return[e,s,...t,...i].filter(o=>o!==void 0)}#t(e){return e===void 0?void 0:this.hass?.states[e]}body(e){let{grid:t,solar:r=[],batteries:s=[]}=this.#e;if(s.length===0)return m`<p class="quiet">${e.no_batteries}</p>`;let i=this.#t(t),o=Qe(i,Date.now())?B(i):null,l=r.map(b=>B(this.#t(b))),a=s.map(({power:b})=>B(this.#t(b))),c=t===void 0?null:et(o,l,a),u=l.some(b=>b===null)?null:l.reduce((b,w)=>b+(w??0),0),d=(r.length?_e:Zt)+112,p=tt(s.length,d+120),g=(p.at(-1)?.y??d)+84,y={x:U/2,y:d};return m`<svg viewBox="0 0 ${U} ${g}" role="group">
      ${r.length?this.#n({x:y.x,y:_e+v},y,u,"sun"):h}
      ${t===void 0?h:this.#n({x:60+v,y:d},y,o,"grid")}
      ${this.#n(y,{x:U-60-v,y:d},c,"house")}
      ${s.map((b,w)=>this.#n({x:p[w].x,y:p[w].y-v},y,a[w]??null,"battery"))}
      <circle class="joint" cx=${y.x} cy=${y.y} r="4"></circle>
      ${r.length?this.#i({x:y.x,y:_e},"solar",e.solar,u,r[0]):h}
      ${t===void 0?h:this.#i({x:60,y:d},"grid",e.grid,o,t)}
      ${this.#a({x:60,y:d})}
      ${this.#i({x:U-60,y:d},"house",e.house,c,void 0)}
      ${s.map((b,w)=>this.#o(p[w],b,a[w]??null,e))}
    </svg>`}#n(e,t,r,s){let i=`M${e.x} ${e.y}C${e.x} ${(e.y+t.y)/2},${t.x} ${(e.y+t.y)/2},${t.x} ${t.y}`,o=r!==null&&Math.abs(r)>=10;return f`<path class="line ${s} ${o?r>0?"runs":"runs back":""}" d=${i}
      style=${o?`stroke-width:${rt(r)}px;animation-duration:${st(r)}s`:h}></path>`}#i(e,t,r,s,i){let o=s===null?"–":this.format.watts(Math.abs(s));return this.#l(i,`${o} ${r}`,f`
      <circle class="node ${t}" cx=${e.x} cy=${e.y} r=${v}></circle>
      <path class="icon ${t}" d=${Kt[t]} transform="translate(${e.x-10} ${e.y-24}) scale(.84)"></path>
      <text class="value" x=${e.x} y=${e.y+13} text-anchor="middle">${o}</text>
      ${t==="solar"?f`<text class="name" x=${e.x+v+8} y=${e.y+4}>${r}</text>`:f`<text class="name" x=${e.x} y=${e.y+v+15} text-anchor="middle">${r}</text>`}`)}#a(e){let{meter:t}=this.#e,r=this.#t(t);if(!r||r.state==="unavailable")return h;let s=Q(this.hass?.formatEntityState?.(r)??r.state,Se+6);return this.#l(t,s,f`
      <text class="by" x=${e.x} y=${e.y+v+29} text-anchor="middle">${s}</text>`)}#o(e,t,r,s){let i=Je(this.#t(t.soc)),o=this.#t(t.commanded_by),l=o?this.hass?.formatEntityState?.(o)??o.state:"",a=r===null?s.unavailable:Math.abs(r)<10?s.idle:r>0?s.discharging:s.charging,c=r===null?"–":this.format.watts(Math.abs(r)),u=Q(t.name,Se),d=i===null?"–":this.format.percent(i),p=Q(l,Se+3),g=`${d} ${c} ${u} ${p} ${a}`,y=r===null?"silent":"";return this.#l(t.soc??t.power,g,f`
      <circle class="node battery ${y}" cx=${e.x} cy=${e.y} r=${v}></circle>
      ${i===null?h:f`<circle class="soc ${i<=20?"low":""}" cx=${e.x} cy=${e.y} r=${v}
        stroke-dasharray="${i/100*nt} ${nt}" transform="rotate(-90 ${e.x} ${e.y})"></circle>`}
      <text class="percent" x=${e.x} y=${e.y} text-anchor="middle">${d}</text>
      <text class="value" x=${e.x} y=${e.y+15} text-anchor="middle">${r===null||Math.abs(r)<10?"":r>0?"▲":"▼"} ${c}</text>
      <text class="name" x=${e.x} y=${e.y+v+15} text-anchor="middle">${u}</text>
      <text class="by" x=${e.x} y=${e.y+v+29} text-anchor="middle">${p}</text>`)}#l(e,t,r){if(e===void 0)return f`<g role="img" aria-label=${t}>${r}</g>`;let s=()=>{this.dispatchEvent(new CustomEvent("hass-more-info",{detail:{entityId:e},bubbles:!0,composed:!0}))};return f`<g class="tappable" role="button" tabindex="0" aria-label=${t} @click=${s} @keydown=${o=>{o.key!=="Enter"&&o.key!==" "||(o.preventDefault(),s())}}>
      <g aria-hidden="true">${r}</g></g>`}static{this.styles=[M,_`
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
    `]}};var it=["week","month","last_month","year"],ot=["csv","xlsx"];function G(n,e,t){return new Date(Date.UTC(n,e,t)).toISOString().slice(0,10)}function at(n,e){let[t=0,r=1,s=1]=e.split("-").map(Number);switch(n){case"week":return{start_date:G(t,r-1,s-6),end_date:e};case"month":return{start_date:G(t,r-1,1),end_date:e};case"last_month":return{start_date:G(t,r-2,1),end_date:G(t,r-1,0)};case"year":return{start_date:G(t-1,r-1,s+1),end_date:e}}}function lt(n,e){return new Intl.DateTimeFormat("en-CA",{timeZone:n,dateStyle:"short"}).format(e)}var te=class extends x{static{this.properties={...x.properties,range:{state:!0},fileFormat:{state:!0},made:{state:!0},wrong:{state:!0},isBusy:{state:!0}}}constructor(){super(),this.range="month",this.fileFormat="xlsx",this.isBusy=!1}static getStubConfig(){return{}}static getConfigForm(){return{schema:[{name:"title",selector:{text:{}}}]}}getCardSize(){return 3}getGridOptions(){return{columns:12,min_columns:6}}request(){}body(e){let t=(r,s,i,o)=>m`
      <label>${e[r]}
        <select @change=${l=>o(l.target.value)}>
          ${s.map(l=>m`<option value=${l} ?selected=${l===i}>${e[`range_${l}`]??l.toUpperCase()}</option>`)}
        </select></label>`;return m`
      <div class="row">
        ${t("range",it,this.range,r=>{this.range=r})}
        ${t("file_format",ot,this.fileFormat,r=>{this.fileFormat=r})}
      </div>
      <div class="row">
        <button ?disabled=${this.isBusy} @click=${this.#r}>${e.export}</button>
        <button ?disabled=${this.isBusy} @click=${this.#e}>${e.report}</button>
      </div>
      <p class="quiet" aria-live="polite">
        ${this.isBusy?e.being_made:this.wrong?this.wrong:this.made?m`<a href=${this.made.path} target="_blank" rel="noopener">${this.made.name}</a> – ${e.once}`:h}
      </p>`}#r=async()=>{let e=this.#s,t=this.range==="week"?"hour":"day",r=await this.#t("export",{...e,resolution:t,format:this.fileFormat});if(!r)return;let s=document.createElement("a");s.href=r.path,s.download=r.name,s.click(),this.made=void 0};#e=async()=>{this.made=await this.#t("report",{...this.#s})};get#s(){return at(this.range,lt(this.hass?.config?.time_zone??"UTC",Date.now()))}async#t(e,t){this.isBusy=!0,this.wrong=void 0,this.made=void 0;try{let{response:r}=await this.hass.callWS({type:"call_service",domain:"marstek",service:e,service_data:t,return_response:!0}),{path:s,file:i}=r;return s===void 0?void 0:{path:s,name:i??e}}catch(r){this.wrong=ve(r);return}finally{this.isBusy=!1}}static{this.styles=[M,_`
      .row { display: flex; flex-wrap: wrap; gap: 12px; margin-bottom: 12px; }
      label { display: flex; flex: 1 1 120px; flex-direction: column; gap: 4px; font-size: 0.875rem; }
      select { font: inherit; min-height: 36px; padding: 4px 8px; border: 1px solid var(--divider-color); border-radius: 8px;
        color: inherit; background: var(--ha-card-background, var(--card-background-color)); }
      .row > button { flex: 1 1 120px; }
      p { margin: 0; min-height: 1.5em; }
      a { color: var(--primary-color); }
    `]}};function re(n,e,t={}){return Object.entries(t).reduce((r,[s,i])=>r.replace(`{${s}}`,i),n[e]??e)}var ct=["red","white","blue"];function ke(n){return new Date(n).toISOString().slice(0,10)}function dt(n){let e=new Map(n.days.map(r=>[r[0],r])),t=n.season??0;return Array.from({length:12},(r,s)=>{let i=Date.UTC(t,8+s,1),o=Date.UTC(t,9+s,1),l=[];for(let a=i;a<o;a+=864e5){let c=ke(a),[,u,d,p,g,y]=e.get(c)??[c,null,null,!1,null,null];l.push({date:c,colour:u,source:d,provisional:p,offPeak:g,peak:y})}return{first:ke(i),offset:(new Date(i).getUTCDay()+6)%7,days:l}})}function ht(n){return[`${n}-09-01`,`${n+1}-08-31`]}function ut(n,e,t){let[r,s]=ht(t),i=ke(Date.parse(`${n}T00:00:00Z`)+e*864e5);return i<r?r:i>s?s:i}function Ae(n){let[e,t]=ht(n.season??0);return n.today>=e&&n.today<=t?n.today:e}function pt(n,e){return n.seasons.find(t=>t===(n.season??0)+e)}var Xt={ArrowLeft:-1,ArrowRight:1,ArrowUp:-7,ArrowDown:7,PageUp:-28,PageDown:28},Yt={rte:"RTE",rte_api:"RTE (API)",api_couleur_tempo:"api-couleur-tempo.fr"},se=class extends x{static{this.properties={...x.properties,season:{state:!0},chosen:{state:!0}}}static getStubConfig(){return{}}static getConfigForm(){return{schema:[{name:"title",selector:{text:{}}}]}}getCardSize(){return 8}getGridOptions(){return{columns:"full",min_columns:6}}request(){let{season:e}=this;return{type:"marstek/tempo/season",...e===void 0?{}:{season:e}}}willUpdate(e){super.willUpdate(e);let t=e.get("message");t&&t.season!==this.message?.season&&(this.chosen=void 0)}body(e){let{message:t}=this;if(!t)return m`<div class="waiting"></div>`;if(!t.plan||t.season===null)return m`<p class="quiet">${e.no_data}</p>`;let r=dt(t),s=this.chosen??Ae(t),i=r.flatMap(({days:l})=>l).find(({date:l})=>l===s),o=i?this.#s(i,t,e):[];return m`
      ${this.#r(t,e)}
      <div class="months" tabindex="0" role="slider" aria-label="${e.season} ${t.season}–${t.season+1}"
        aria-valuemin="0" aria-valuemax="365" aria-valuenow=${Math.max(0,r.flatMap(({days:l})=>l).indexOf(i))}
        aria-valuetext=${o.join(", ")} @keydown=${this.#a} @click=${this.#n} @pointerover=${this.#i}>
        ${r.map(l=>this.#e(l,t,s,e))}
      </div>
      <div class="details">${o.map((l,a)=>m`<span class=${a===0?"when":""}>${l}</span>`)}</div>`}#r(e,t){let r=(i,o,l)=>{let a=pt(e,i);return m`<button aria-label=${o??""} ?disabled=${a===void 0} @click=${()=>{this.season=a}}>${l}</button>`},s=e.season??0;return m`<div class="head">
      <div class="turn">
        ${r(-1,t.earlier_season,"‹")}<strong>${s}–${s+1}</strong>${r(1,t.later_season,"›")}
      </div>
      <ul class="legend">
        ${ct.map(i=>m`<li><span class="cell ${i}">${t[`${i}_letter`]}</span>
          ${re(t,"days_left",{colour:t[i]??i,left:String(e.left[i]),total:String(e.total[i])})}</li>`)}
      </ul>
    </div>`}#e(e,t,r,s){let{format:i}=this;return m`<section aria-hidden="true">
      <h3>${i.month(e.first)}</h3>
      <div class="days">
        ${Array.from({length:7},(o,l)=>m`<span class="weekday">${i.weekday(l)}</span>`)}
        ${e.days.map((o,l)=>{let a=["cell",o.colour??"unknown"];return o.date===t.today&&a.push("today"),o.date===r&&a.push("chosen"),o.provisional&&a.push("provisional"),m`<span class=${a.join(" ")} data-day=${o.date}
            style=${l===0?`grid-column-start:${e.offset+1}`:h}><small>${l+1}</small>${o.colour?s[`${o.colour}_letter`]:""}</span>`})}
      </div>
    </section>`}#s(e,t,r){let{format:s}=this,i=[s.date(e.date)];return e.colour?(i.push(`${r[e.colour]}${e.provisional?` (${r.provisional})`:""}`),e.offPeak!==null&&e.peak!==null&&(i.push(`${r.off_peak} ${s.price(e.offPeak,t.currency)}`),i.push(`${r.peak} ${s.price(e.peak,t.currency)}`)),e.source&&i.push(`${r.source} ${Yt[e.source]??e.source}`),i):[...i,r.unknown??""]}#t(e){return e.target instanceof Element?e.target.closest("[data-day]")?.dataset.day:void 0}#n=e=>{this.chosen=this.#t(e)??this.chosen};#i=e=>{e.pointerType==="mouse"&&this.#n(e)};#a=e=>{let t=this.message,r=Xt[e.key];e.key==="Escape"?this.chosen=void 0:r!==void 0&&(e.preventDefault(),this.chosen=ut(this.chosen??Ae(t),r,t.season??0))};static{this.styles=[M,_`
      .waiting { height: 480px; }
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
    `]}};function Ee(n,e,t){return t>=640?{start:n.start,end:n.end}:H({start:e-14400,end:e-14400+43200},0,n)}function H(n,e,t){let r=Math.min(n.end-n.start,t.end-t.start),s=Math.min(Math.max(n.start+e,t.start),t.end-r);return{start:s,end:s+r}}function ft(n,e,t){return e<n.start?H(n,e-n.start,t):e>n.end?H(n,e-n.end,t):n}function mt(n,e){return n.find(t=>t.start<=e&&e<t.end)}function gt(n,e){let t=[];for(let{start:r,end:s,colour:i,off_peak:o,provisional:l}of n){let a=t.at(-1),c=a?.end===r&&(e?a.colour===i:a.off_peak===o);a&&c?a.end=s:t.push({start:r,end:s,colour:i,off_peak:o,provisional:l})}return t}function yt(n){if(n.tariff!=="dynamic")return n.periods.filter(i=>i.off_peak);let e=n.periods.filter(i=>i.price!==null),r=e.reduce((i,{start:o,end:l})=>i+l-o,0)/3,s=new Set;for(let i of[...e].sort((o,l)=>o.price-l.price)){if(r<=0)break;s.add(i),r-=i.end-i.start}return n.periods.filter(i=>s.has(i))}function ne(n,e){let t=[],r=[];for(let s of n)if(s[1]===null){let i=r.at(-1);i&&r.push([s[0],i[1]]),r.length>1&&t.push(r),r=[]}else s[0]<=e&&r.push(s);return r.length>0&&t.push(r),t}function $t(n,e,t){let r=[],s=e===null?[]:[[t,e]];for(let i of n)if(!(i.end<=t)){if(i.soc===null){s.length>1&&r.push(s),s=[];continue}s.length===0&&i.action==="hold"&&s.push([i.start,i.soc]),s.push([i.end,i.soc])}return s.length>1&&r.push(s),r}function Me(n,e){let t=Math.max(n.start,e.start),r=Math.min(n.end,e.end);return t<r?{start:t,end:r}:void 0}function Jt(n,e){for(let t=1;t<n.length;t+=1){let[r,s]=n[t-1],[i,o]=n[t];if(r<=e&&e<=i&&s!==null&&o!==null)return i===r?o:s+(o-s)*(e-r)/(i-r)}return null}function Te(n){let e=n.flatMap(({price:t})=>t===null?[]:[t]);return[Math.min(0,...e),Math.max(.05,...e)*1.1]}function bt(n,e,t,r,s,i){let o=s<i,l=mt(o?n.past:e,s),a=mt(t,s),c=r.map(d=>Jt(d,s)).find(d=>d!==null)??null,u=null;if(l&&a?.price!==null&&a&&l.power!==0){let d=(l.end-Math.max(l.start,o?l.start:i))/3600;u=(o?(l.discharged??0)-(l.charged??0):l.power/1e3*d)*a.price}return{moment:s,step:l,isPast:o,period:a,soc:c,money:u}}function xt(n,e,t){let r=[];for(let s=Math.ceil(n.start/3600)*3600;s<=n.end;s+=3600)t(s)%e===0&&r.push(s);return r}var S=34,O=40,wt=22,Pe=6,Ce=26,Qt=34,er=26,tr=44,vt={auto:"⟳",hold:"❚❚",charge:"▲",discharge:"▼",ai:"✦"};function Re(n,e){let t=n.has("colours")?wt+Pe:0,r=n.has("soc")||n.has("price")?e+Pe:0,s=n.has("actions")?Ce+Pe:0;return{plotTop:t,bandTop:t+r,axisTop:t+r+s,height:t+r+s+Qt}}function _t(n,e){let{window:t,width:r,shown:s}=n,i=Re(s,e),o=l=>S+(l-t.start)/(t.end-t.start)*(r-S-O);return f`
    ${rr()}
    <clipPath id="area"><rect x=${S} y="0" width=${Math.max(0,r-S-O)} height=${i.height}></rect></clipPath>
    ${sr(n,o,i.axisTop)}
    <g clip-path="url(#area)">
      ${s.has("colours")?nr(n,o):h}
      ${s.has("price")?ir(n,o,i.plotTop,e):h}
      ${s.has("soc")?or(n,o,i.plotTop,e):h}
      ${s.has("actions")?ar(n,o,i.bandTop):h}
    </g>
    ${lr(n,i.plotTop,e)}
    ${cr(n,o,i.axisTop)}`}function rr(){return f`<defs>
    <pattern id="red" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect width="6" height="6" class="day-red"></rect><rect width="2" height="6" fill="#fff" opacity=".35"></rect>
    </pattern>
    <pattern id="white" width="6" height="6" patternUnits="userSpaceOnUse">
      <rect width="6" height="6" class="day-white"></rect><circle cx="3" cy="3" r="1" fill="#78909c"></circle>
    </pattern>
    <pattern id="failed" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
      <rect width="3" height="8" fill="#c62828"></rect>
    </pattern>
  </defs>`}function sr({window:n,format:e,width:t},r,s){let i=(n.end-n.start)/3600,o=(t-S-O)/i,l=[1,2,3,6,12].find(a=>o*a>tr)??24;return xt(n,l,a=>e.hour(a)).map(a=>{let c=e.hour(a)===0,u=r(a);return f`<line class=${c?"midnight":"hour"} x1=${u} x2=${u} y1="0" y2=${s}></line>
      <text class="axis" x=${u} y=${s+13} text-anchor="middle">${e.hourLabel(a)}</text>
      ${c?f`<text class="axis day" x=${u+3} y=${s+28}>${e.day(a)}</text>`:h}`})}function nr({periods:n,message:e,texts:t,window:r},s){let i=e.tariff==="tempo";return gt(n,i).map(o=>{let l=Me(o,r);if(!l)return h;let a=s(l.start),c=Math.max(0,s(l.end)-a-1),u=i?o.colour??"unknown":o.off_peak&&e.tariff==="fixed"?"off_peak":"peak";if(!i&&e.tariff==="dynamic")return h;let d=c>70?t[u]:o.colour?t[`${o.colour}_letter`]:"?";return f`<g class="strip ${u} ${o.provisional?"provisional":""}">
      <rect x=${a} y="0" width=${c} height=${wt} rx="4"></rect>
      ${c>12?f`<text x=${a+c/2} y="15" text-anchor="middle">${d}</text>`:h}
    </g>`})}function ir(n,e,t,r){let{periods:s,message:i}=n,[o,l]=Te(s),a=p=>t+r-(p-o)/(l-o)*r,c=new Set(yt({...i,periods:[...s]})),u="",d=s.map(p=>{if(p.price===null)return h;let[g,y]=[e(p.start),e(p.end)];return u+=`${u?"L":"M"}${g.toFixed(1)} ${a(p.price).toFixed(1)}H${y.toFixed(1)}`,f`<rect class="price ${c.has(p)?"cheap":""} ${p.is_expected?"expected":""}"
      x=${g} width=${Math.max(0,y-g)} y=${a(Math.max(0,p.price))} height=${Math.max(0,a(Math.min(0,p.price))-a(Math.max(0,p.price)))}></rect>`});return f`${d}<path class="price-line" d=${u}></path>`}function or({points:n,future:e,now:t},r,s,i){let o=a=>s+i-a/100*i,l=a=>a.map(([c,u],d)=>`${d?"L":"M"}${r(c).toFixed(1)} ${o(u??0).toFixed(1)}`).join("");return f`
    ${ne(n,t).map(a=>f`<path class="soc" d=${l(a)}></path>`)}
    ${e.map(a=>f`<path class="soc expected" d=${l(a)}></path>`)}`}function ar({message:n,steps:e,texts:t,now:r,window:s},i,o){let l=(a,c)=>{let u=c?{start:s.start,end:Math.min(r,s.end)}:{start:Math.max(r,s.start),end:s.end},d=Me(a,u);if(!d)return h;let p=i(d.start),g=Math.max(1,i(d.end)-p-1),y=t[`action_${a.action}`]??a.action,b=g>12+y.length*7?`${vt[a.action]} ${y}`:vt[a.action],w=(a.failing?.length??0)>0;return f`<g class="step ${a.action} ${c?"done":"expected"}">
      <rect x=${p} y=${o} width=${g} height=${Ce} rx="5"></rect>
      ${w?f`<rect class="failed" x=${p} y=${o+Ce-7} width=${g} height="7" fill="url(#failed)"></rect>`:h}
      ${a.by_person&&g>8?f`<circle class="person" cx=${p+5} cy=${o+5} r="3"></circle>`:h}
      ${g>er-12?f`<text x=${p+g/2} y=${o+17} text-anchor="middle">${b}</text>`:h}
    </g>`};return[...n.past.map(a=>l(a,!0)),...e.map(a=>l(a,!1))]}function lr({width:n,shown:e,periods:t,format:r},s,i){let[,o]=Te(t),l=e.has("soc")?[0,50,100].map(c=>{let u=s+i-c/100*i;return f`<text class="axis" x=${S-4} y=${u+(c===100?9:c===0?0:4)} text-anchor="end">${c}%</text>`}):h,a=e.has("price")?[.5,1].map(c=>f`<text class="axis" x=${n-O+4} y=${s+i-c*i+(c===1?9:4)}>${r.number(o*c,2)}</text>`):h;return f`${l}${a}`}function cr({now:n,cursor:e,window:t,texts:r},s,i){let o=l=>l>=t.start&&l<=t.end;return f`
    ${o(n)?f`<line class="now" x1=${s(n)} x2=${s(n)} y1="0" y2=${i}></line>
      <text class="axis now-label" x=${s(n)} y=${i+28} text-anchor="middle">${r.now}</text>`:h}
    ${e!==void 0&&o(e)?f`<line class="cursor" x1=${s(e)} x2=${s(e)} y1="0" y2=${i}></line>`:h}`}var St=_`
  .frame { width: 100%; }
  .waiting { height: 250px; }
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
`;var ie=["colours","price","soc","actions"],Mt=150,dr={ArrowLeft:-900,ArrowRight:900,PageUp:-6*3600,PageDown:6*3600},hr=6,ur=600,oe=class extends x{static{this.properties={...x.properties,cursor:{state:!0},window:{state:!0},width:{state:!0},points:{state:!0},preview:{state:!0}}}#r;#e;#s=!1;#t=0;#n;constructor(){super(),this.width=0,this.points=[]}static getStubConfig(){return{}}static getConfigForm(){let e=ie.map(t=>({value:t,label:t}));return{schema:[{name:"title",selector:{text:{}}},{name:"show",selector:{select:{multiple:!0,mode:"list",options:e}}}]}}setConfig(e){let{show:t}=e;if(t!==void 0&&!(Array.isArray(t)&&t.every(r=>ie.includes(r))))throw new Error(`show: ${ie.join(", ")}`);super.setConfig(e)}getCardSize(){return 6}getGridOptions(){return{columns:"full",min_columns:6}}request(){return{type:"marstek/plan/subscribe",language:this.hass.language}}get zone(){return this.message?.zone}connectedCallback(){super.connectedCallback(),this.#r=new ResizeObserver(([e])=>{let t=Math.floor(e?.contentRect.width??0);t&&t>=640!=this.width>=640&&(this.window=void 0),t&&(this.width=t)}),this.#n=setInterval(()=>this.requestUpdate("clock"),6e4),this.#s=!1,this.hasUpdated&&this.#i()}disconnectedCallback(){super.disconnectedCallback(),this.#r?.disconnect(),clearInterval(this.#n)}updated(e){super.updated(e),this.#i(),!this.#s&&this.message?.plan&&(this.#s=!0,this.#a())}willUpdate(e){super.willUpdate(e);let{message:t}=this;if(e.has("message")&&t?.plan&&(this.#t&&this.#o-this.#t>ur&&(this.#s=!1),this.#t=this.#o),e.has("message")&&t?.plan&&t.soc!==null&&this.#s){let r=this.points.filter(([s])=>s>=t.start);this.points=[...r,[this.#o,t.soc]]}!this.window&&t?.plan&&this.width&&(this.window=Ee(t,this.#o,this.width))}#i(){let e=this.renderRoot.querySelector(".frame");e&&this.#r?.observe(e)}async#a(){try{let{series:e}=await this.hass.callWS({type:"marstek/history",hours:48});this.points=(e.find(({key:t})=>t==="total")??e[0])?.points??[]}catch(e){this.failed(e)}}get#o(){return Date.now()/1e3}get#l(){return new Set(this.config?.show??ie)}body(e){let{message:t}=this;return t&&!t.plan?m`<p class="quiet">${e.no_data}</p>`:m`<div class="frame">${t&&this.window?this.#d(t,this.window,e):m`<div class="waiting"></div>`}</div>`}#d(e,t,r){let{width:s,format:i,preview:o}=this,l=this.#o,a=o?.steps??e.steps,c=o?.periods??e.periods,u=this.#l,d=$t(a,e.soc,l),p=bt(e,a,c,[...ne(this.points,l),...d],this.cursor??l,l),g=this.#u(p,e,r),{height:y}=Re(u,Mt),b={message:e,steps:a,periods:c,points:this.points,future:d,window:t,width:s,now:l,cursor:this.cursor,shown:u,format:i,texts:r};return m`
      <svg viewBox="0 0 ${s} ${y}" width=${s} height=${y} tabindex="0" role="slider"
        aria-label=${r.timeline} aria-valuemin=${Math.round(e.start)} aria-valuemax=${Math.round(e.end)}
        aria-valuenow=${Math.round(p.moment)} aria-valuetext=${g.join(", ")}
        @keydown=${this.#y} @pointerdown=${this.#p} @pointermove=${this.#m} @pointerup=${this.#f}
        @pointercancel=${this.#g}>${_t(b,Mt)}</svg>
      <div class="below">
        <div class="details">${g.map((w,Pt)=>m`<span class=${Pt===0?"when":""}>${w}</span>`)}</div>
        ${this.#h(e,t,r)}
      </div>`}#h(e,t,r){let s=t.end-t.start>=e.end-e.start,i=(t.end-t.start)/2,o=l=>()=>{this.window=H(t,l,e)};return m`<div class="buttons">
      ${s?h:m`
        <button aria-label=${r.earlier} ?disabled=${t.start<=e.start} @click=${o(-i)}>‹</button>
        <button @click=${this.#$}>${r.now}</button>
        <button aria-label=${r.later} ?disabled=${t.end>=e.end} @click=${o(i)}>›</button>`}
      ${e.tariff==="tempo"&&this.#l.has("actions")&&e.periods.at(-1)?.colour!=="red"?m`
        <button aria-pressed=${this.preview?"true":"false"} @click=${this.#b}>
          ${this.preview?r.plan_shown:r.preview}</button>`:h}
    </div>`}#u(e,t,r){let{format:s}=this,{step:i,period:o}=e,l=[`${s.day(e.moment)} ${s.time(e.moment)}`],a=this.#l;return i&&a.has("actions")&&(l.push(i.text,i.reason),e.isPast&&i.charged&&l.push(`▲ ${s.number(i.charged,2)} kWh`),e.isPast&&i.discharged&&l.push(`▼ ${s.number(i.discharged,2)} kWh`),!e.isPast&&i.power&&l.push(`${r.power} ${s.watts(i.power)}`),i.by_person&&l.push(r.by_hand??""),i.failing?.length&&l.push(re(r,"not_followed",{names:i.failing.join(", ")}))),e.soc!==null&&a.has("soc")&&l.push(`${r.soc} ${s.percent(e.soc)}${e.isPast?"":` (${r.expected})`}`),o&&(o.colour&&l.push(`${r[o.colour]}${o.provisional?` (${r.provisional})`:""}`),o.price!==null&&l.push(`${s.price(o.price,t.currency)}${o.is_expected?` (${r.expected})`:""}`)),e.money!==null&&!e.isPast&&a.has("actions")&&l.push(`${e.money<0?r.cost:r.gain} ${s.money(Math.abs(e.money),t.currency)}`),l}#c(e){let t=e.currentTarget.getBoundingClientRect(),{start:r,end:s}=this.window,i=(e.clientX-t.left-S)/Math.max(1,t.width-S-O);return Math.min(s,Math.max(r,r+i*(s-r)))}#p=e=>{e.currentTarget.setPointerCapture(e.pointerId),this.#e={x:e.clientX,window:this.window,hasMoved:!1}};#m=e=>{let t=this.#e;if(!t){e.pointerType==="mouse"&&(this.cursor=this.#c(e));return}let r=e.clientX-t.x;if(Math.abs(r)<hr&&!t.hasMoved)return;t.hasMoved=!0;let s=(t.window.end-t.window.start)/Math.max(1,this.width-S-O);this.window=H(t.window,-r*s,this.message)};#f=e=>{this.#e&&!this.#e.hasMoved&&(this.cursor=this.#c(e)),this.#e=void 0};#g=()=>{this.#e=void 0};#y=e=>{let t=this.message,r=this.cursor??this.#o,s=dr[e.key],i;if(s!==void 0)i=r+s*(e.shiftKey?4:1);else if(e.key==="Home")i=t.start;else if(e.key==="End")i=t.end;else if(e.key==="Escape"){this.cursor=void 0;return}else return;e.preventDefault(),this.cursor=Math.min(t.end,Math.max(t.start,i)),this.window=ft(this.window,this.cursor,t)};#$=()=>{this.cursor=void 0,this.window=Ee(this.message,this.#o,this.width)};#b=async()=>{if(this.preview){this.preview=void 0;return}try{this.preview=await this.hass.callWS({type:"marstek/plan/preview",tomorrow:"red",language:this.hass.language})}catch(e){this.failed(e)}};static{this.styles=[M,St]}};function Oe(n){let t=document.querySelector("home-assistant")?.hass?.language??document.documentElement.lang;return($[t.split("-")[0]??""]??$.en)[n]??n}var pr={flow:ee,timeline:oe,season:se,records:te},mr={flow:/^(soc|battery_power|commanded_by|total_power|total_soc)$/,timeline:/^(plan_state|plan_reason|next_action|next_action_at|plan)$/,season:/^colour_(today|tomorrow)$|_days(_left)?$/};function fr(n,e,t){let r=e.entities?.[t];return r?.platform!=="marstek"||!mr[n]?.test(r.translation_key??"")?null:{config:{type:`custom:marstek-${n}-card`},label:Oe(n)}}var Tt=window;Tt.customCards??=[];for(let[n,e]of Object.entries(pr)){let t=`marstek-${n}-card`;customElements.get(t)||(customElements.define(t,e),Tt.customCards.push({type:t,preview:!0,getEntitySuggestion:(r,s)=>fr(n,r,s),get name(){return Oe(n)},get description(){return Oe(`${n}_description`)}}))}
