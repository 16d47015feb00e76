module.exports=function(a){return Buffer.from(a,"base64").toString()};
